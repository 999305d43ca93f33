"""`kvae traverse`: the units, where they start, and how far they vary."""

import numpy as np
import pytest

from kvae import data, zoo
from kvae.plots.grids import grid
from kvae.runs import Run
from tests.cli.sheets import SIDE, pixels, shape, shows

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
    assert shape(run / "images/traversal.png") == (8, 11)


def test_traverse_start_changes_the_sheet(kvae, trained, tmp_path):
    for start in ("3", "4"):
        assert (
            kvae("traverse", trained, start, "--unit", 2, "--unit", 0, "--steps", 5, "--out", f"{start}.png").code == 0
        )
    a, b = (pixels(tmp_path / f"{start}.png", 2 * SIDE - 2, 5 * SIDE - 2) for start in ("3", "4"))
    assert shape(tmp_path / "3.png") == (2, 5)
    assert (a != b).any()


def test_traverse_unknown_unit_is_refused_before_data_are_loaded(kvae, trained, no_data):
    result = kvae("traverse", trained, 3, "--unit", 0, "--unit", 8)
    assert result.code == 2
    assert "Expected units from 0 to 7. Received: unit=8." in result.err


def test_traverse_units_of_a_standard_normal_prior_need_no_data(kvae, trained, tmp_path, no_data):
    assert kvae("traverse", trained, "--unit", 2, "--out", "unit.png").code == 0
    sheet = pixels(tmp_path / "unit.png", SIDE - 2, 11 * SIDE - 2)
    vae = Run(trained).load_model()
    left = np.zeros((1, 8), "float32")
    left[0, 2] = -3  # standard deviations
    assert np.array_equal(sheet[:64, :64], np.asarray(grid(vae.decode(left))))


def test_traverse_units_without_a_prior_vary_as_codes_do(kvae, autoencoder, tmp_path):
    assert kvae("traverse", autoencoder, "--unit", 1, "--steps", 3, "--span", 2, "--out", "unit.png").code == 0
    model, x = Run(autoencoder).load_model(), data.load("digits").test.x / 255
    codes = model.encode(x)
    walk = np.tile(codes.mean(axis=0), (3, 1))
    walk[:, 1] += np.array([-2, 0, 2]) * codes[:, 1].std()
    assert shows(tmp_path / "unit.png", model.decode(walk))


def test_traverse_keeps_the_labels_of_the_start(kvae, attributes, tmp_path, held_out):
    model, (x, y) = Run(attributes).load_model(), held_out
    for number, words in ((0, ()), (5, (5,))):
        assert kvae("traverse", attributes, *words, "--unit", 1, "--steps", 3, "--out", "x.png").code == 0
        walk = np.repeat(model.encode(x[[number]], y[[number]]), 3, axis=0)
        walk[:, 1] = [-3, 0, 3]
        assert shows(tmp_path / "x.png", model.decode(walk, y[[number] * 3]))
        assert not shows(tmp_path / "x.png", model.decode(walk, 1 - y[[number] * 3]))


def test_traverse_units_whose_prior_depends_on_labels_vary_as_codes_do(kvae, classes, tmp_path, held_out):
    assert kvae("traverse", classes, 5, "--unit", 0, "--unit", 2, "--steps", 3, "--out", "x.png").code == 0
    model, x, y = Run(classes).load_model(), held_out[0], data.load("digits").test.y
    codes = model.encode(x, y)
    z, w = (np.repeat(codes[[5]], 3, axis=0) for _ in range(2))
    z[:, 0] = [-3, 0, 3]
    w[:, 2] = codes[:, 2].mean() + codes[:, 2].std() * np.array([-3, 0, 3])
    assert shows(tmp_path / "x.png", model.decode(z), model.decode(w))
