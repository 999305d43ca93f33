"""`kvae interpolate`: examples, files and labels at both ends."""

import numpy as np
import pytest
from PIL import Image

from kvae.runs import Run
from tests.cli.sheets import shape, shows


def test_interpolate_numbers_name_held_out_examples(kvae, run):
    result = kvae("interpolate", run, 2, 5)
    assert result.code == 0, result.err
    assert shape(run / "images/interpolation.png") == (2, 11)


def test_interpolate_files_writes_an_animation(kvae, trained, tmp_path, rng):
    for name in ("a.png", "b.png"):
        Image.fromarray(rng.integers(0, 256, (20, 20), "uint8")).save(tmp_path / name)
    assert kvae("interpolate", trained, "a.png", "b.png", "--steps", 4, "--out", "walk.gif").code == 0
    with Image.open(tmp_path / "walk.gif") as animation:
        assert animation.n_frames == 6  # forwards, and backwards without the ends


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 100_000), "Expected an example of digits/"),
        ((0, "nobody.png"), "nobody.png, which does not exist"),
        ((0, 1, "--steps", 1), "--steps"),
        ((0, 1, "--out", "walk.mp4"), "expected *.png or *.gif"),
    ],
)
def test_interpolate_bad_arguments_are_refused(kvae, trained, arguments, message):
    result = kvae("interpolate", trained, *arguments)
    assert result.code in (1, 2)
    assert message in result.err


def test_interpolate_mixes_the_labels_of_both_ends(kvae, attributes, tmp_path, held_out):
    model, (x, y) = Run(attributes).load_model(), held_out
    a, b = 0, int(np.flatnonzero((y != y[0]).all(axis=1))[0])
    assert kvae("interpolate", attributes, a, b, "--steps", 4, "--out", "x.png").code == 0
    alpha = np.linspace(0, 1, 4, dtype="float32")[:, None]
    z_a, z_b = model.encode(x[[a, b]], y[[a, b]])
    z = (1 - alpha) * z_a + alpha * z_b
    fade = (1 - alpha[..., None, None]) * x[a] + alpha[..., None, None] * x[b]
    assert shows(tmp_path / "x.png", model.decode(z, (1 - alpha) * y[a] + alpha * y[b]), fade)
    assert not shows(tmp_path / "x.png", model.decode(z, y[[a, a, b, b]]), fade)


def test_interpolate_label_option_holds_at_both_ends(kvae, attributes, tmp_path, held_out):
    model, (x, y) = Run(attributes).load_model(), held_out
    names = Run(attributes).config["data"]["labels"]
    assert kvae("interpolate", attributes, 0, 1, "--label", f"{names[0]}=1", "--steps", 3, "--out", "x.png").code == 0
    alpha = np.linspace(0, 1, 3, dtype="float32")[:, None]
    z_a, z_b = model.encode(x[:2], y[:2])
    asked = y[:2].copy()
    asked[:, 0] = 1
    fade = (1 - alpha[..., None, None]) * x[0] + alpha[..., None, None] * x[1]
    mixed = (1 - alpha) * asked[0] + alpha * asked[1]
    assert shows(tmp_path / "x.png", model.decode((1 - alpha) * z_a + alpha * z_b, mixed), fade)
