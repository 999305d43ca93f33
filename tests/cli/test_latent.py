"""`kvae traverse` and `kvae interpolate`."""

import numpy as np
import pytest
from PIL import Image

from kvae import data, zoo
from kvae.plots.grids import grid
from kvae.runs import Run

SIDE = 66  # of a digit in a sheet, with the gap

AUTOENCODER = '''
"""An autoencoder of digits."""

import kvae
from kvae.zoo import Training
from kvae.zoo.digits.vae import data


def model(dataset):
    mlp = kvae.networks.mlp
    return kvae.models.Autoencoder(mlp(dataset.shape, 3, (16,)), mlp(3, dataset.shape, (16,)), likelihood="bernoulli")


def training():
    return Training(1, 64)
'''


@pytest.fixture(scope="module")
def autoencoder(tmp_path_factory):
    """A run of a model without a prior. Tests must not change it."""
    folder = tmp_path_factory.mktemp("autoencoder")
    (folder / "recipe.py").write_text(AUTOENCODER)
    return zoo.train(str(folder / "recipe.py"), out=folder / "run").path


def test_traverse_by_default_draws_eight_units(kvae, run):
    result = kvae("traverse", run)
    assert result.code == 0, result.err
    assert Image.open(run / "images/traversal.png").size == (11 * SIDE - 2, 8 * SIDE - 2)


def test_traverse_start_changes_the_sheet(kvae, trained, tmp_path):
    for start in ("3", "4"):
        assert (
            kvae("traverse", trained, start, "--unit", 2, "--unit", 0, "--steps", 5, "--out", f"{start}.png").code == 0
        )
    a, b = (np.asarray(Image.open(tmp_path / f"{start}.png")) for start in ("3", "4"))
    assert a.shape == (2 * SIDE - 2, 5 * SIDE - 2, 3)
    assert (a != b).any()


def test_traverse_unknown_unit_is_refused_before_data_are_loaded(kvae, trained, no_data):
    result = kvae("traverse", trained, 3, "--unit", 0, "--unit", 8)
    assert result.code == 2
    assert "Expected units from 0 to 7. Received: unit=8." in result.err


def test_traverse_units_of_a_standard_normal_prior_need_no_data(kvae, trained, tmp_path, no_data):
    assert kvae("traverse", trained, "--unit", 2, "--out", "unit.png").code == 0
    sheet = np.asarray(Image.open(tmp_path / "unit.png"))
    vae = Run(trained).load_model()
    left = np.zeros((1, 8), "float32")
    left[0, 2] = -3  # standard deviations
    assert np.array_equal(sheet[:64, :64], np.asarray(grid(vae.decode(left))))


def test_traverse_units_without_a_prior_vary_as_codes_do(kvae, autoencoder, tmp_path):
    assert kvae("traverse", autoencoder, "--unit", 1, "--steps", 3, "--span", 2, "--out", "unit.png").code == 0
    sheet = np.asarray(Image.open(tmp_path / "unit.png"))
    model, x = Run(autoencoder).load_model(), data.load("digits").test.x / 255
    codes = model.encode(x)
    walk = np.tile(codes.mean(axis=0), (3, 1))
    walk[:, 1] += np.array([-2, 0, 2]) * codes[:, 1].std()
    expected = np.asarray(grid(model.decode(walk), 3)).astype(int)
    assert np.abs(sheet - expected).max() <= 1  # of 255


@pytest.mark.parametrize("command", ["traverse", "interpolate", "reconstruct"])
def test_model_of_points_is_refused(kvae, points, no_data, command):
    result = kvae(command, points)
    assert result.code == 1
    assert result.err == f"Error: Expected a model of images. Received: {points}, whose data have the shape (3,).\n"


def test_interpolate_numbers_are_held_out_examples(kvae, run):
    result = kvae("interpolate", run, 2, 5)
    assert result.code == 0, result.err
    assert Image.open(run / "images/interpolation.png").size == (11 * SIDE - 2, 2 * SIDE - 2)


def test_interpolate_files_as_an_animation(kvae, trained, tmp_path, rng):
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
