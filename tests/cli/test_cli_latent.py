"""Walks through the latent space from the command line."""

import numpy as np
import pytest
from PIL import Image

SIDE = 66  # of a digit on a sheet, with its gap


def test_traverses_the_units_that_say_most(kvae, run):
    result = kvae("traverse", run)
    assert result.code == 0, result.err
    assert Image.open(run / "pictures/traversal.png").size == (11 * SIDE - 2, 8 * SIDE - 2)


def test_traverses_chosen_units_from_a_picture(kvae, trained, tmp_path):
    for start in ("3", "4"):
        assert (
            kvae("traverse", trained, start, "--unit", 2, "--unit", 0, "--steps", 5, "--out", f"{start}.png").code == 0
        )
    a, b = (np.asarray(Image.open(tmp_path / f"{start}.png")) for start in ("3", "4"))
    assert a.shape == (2 * SIDE - 2, 5 * SIDE - 2, 3)
    assert (a != b).any()


def test_a_unit_too_many(kvae, trained):
    result = kvae("traverse", trained, "--unit", 99)
    assert result.code == 2
    assert "expected 0 to 7, got 99" in result.err


def test_interpolates_between_held_out_examples(kvae, run):
    result = kvae("interpolate", run, 2, 5)
    assert result.code == 0, result.err
    assert Image.open(run / "pictures/interpolation.png").size == (11 * SIDE - 2, 2 * SIDE - 2)


def test_interpolates_between_files_as_an_animation(kvae, trained, tmp_path, rng):
    for name in ("a.png", "b.png"):
        Image.fromarray(rng.integers(0, 256, (20, 20), "uint8")).save(tmp_path / name)
    assert kvae("interpolate", trained, "a.png", "b.png", "--steps", 4, "--out", "walk.gif").code == 0
    with Image.open(tmp_path / "walk.gif") as animation:
        assert animation.n_frames == 6  # forth, and back without the ends


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 100_000), "Expected an example of digits/"),
        ((0, "nobody.png"), "nobody.png, which does not exist"),
        ((0, 1, "--steps", 1), "--steps"),
        ((0, 1, "--out", "walk.mp4"), "expected *.png or *.gif"),
    ],
)
def test_mistakes(kvae, trained, arguments, message):
    result = kvae("interpolate", trained, *arguments)
    assert result.code in (1, 2)
    assert message in result.err
