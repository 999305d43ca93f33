"""Walks through the latent space of a decoder that is known."""

import numpy as np
import pytest

from kvae.errors import UserError
from kvae.latent.traversal import interpolate, restyle, standard_units, traverse
from kvae.models import Autoencoder
from kvae.networks import mlp
from tests.contracts.models import MODELS, data_for, settle


@pytest.fixture
def copies():
    """An autoencoder of 1×2×1 pictures whose code is the picture, and whose reconstruction is its square root's half."""
    model = Autoencoder(mlp((1, 2, 1), 2), mlp(2, (1, 2, 1)), likelihood="bernoulli")
    model.encoder.layers[-1].kernel.assign(np.eye(2))
    model.decoder.layers[-2].kernel.assign(np.eye(2))
    return model


def _sigmoid(z):
    return 1 / (1 + np.exp(-np.asarray(z)))


def test_one_unit_moves_and_the_others_stay(copies):
    x = traverse(copies, np.array([0.5, -1.0]), [1, 0], np.array([[-2.0, 0.0, 2.0], [0.0, 1.0, 2.0]]))
    assert x.shape == (2, 3, 1, 2, 1)
    np.testing.assert_allclose(x[0, :, 0, :, 0], _sigmoid([[0.5, -2], [0.5, 0], [0.5, 2]]), rtol=1e-5)
    np.testing.assert_allclose(x[1, :, 0, :, 0], _sigmoid([[0, -1], [1, -1], [2, -1]]), rtol=1e-5)


@pytest.mark.parametrize("unit", [2, -1])
def test_a_unit_that_is_not_there(copies, unit):
    with pytest.raises(UserError, match="Expected units from 0 to 1"):
        traverse(copies, np.zeros(2), [unit], np.zeros((1, 3)))


def test_between_two_pictures_in_both_spaces(copies):
    a, b = np.zeros((1, 2, 1), "float32"), np.ones((1, 2, 1), "float32")
    latent, pixels = interpolate(copies, np.stack([a, b]), [0, 0.25, 1])
    np.testing.assert_allclose(pixels[:, 0, 0, 0], [0, 0.25, 1])
    np.testing.assert_allclose(latent[:, 0, 0, 0], _sigmoid([0, 0.25, 1]), rtol=1e-5)


@pytest.mark.parametrize("name", ["CondVAE", "CondVAE, classes", "CSVAE", "CSVAE, classes"])
def test_labels_are_mixed_as_codes_are(name):
    model = MODELS[name]()
    settle(model)
    x, y = data_for(model, 2)
    latent, _ = interpolate(model, x, [0, 0.5, 1], y)
    np.testing.assert_allclose(latent[[0, 2]], model.reconstruct(x, y), atol=1e-5)
    new_y = model.labels.with_label(y, 1)
    latent, _ = interpolate(model, x, [0, 0.5, 1], y, new_y=new_y)
    np.testing.assert_allclose(latent[[0, 2]], model.transfer(x, y, new_y), atol=1e-5)


def test_one_label_holds_along_every_unit():
    model = MODELS["CondVAE"]()
    settle(model)
    x, y = data_for(model, 1)
    z = model.encode(x, y)[0]
    pictures = traverse(model, z, [0, 2], np.array([[z[0], 1], [z[2], -1]]), y)
    np.testing.assert_allclose(pictures[:, 0], np.repeat(model.decode(z[None], y), 2, axis=0), atol=1e-6)


def test_every_picture_in_every_style():
    model = MODELS["CSVAE"]()
    settle(model)
    x, y = data_for(model, 5)
    pictures = restyle(model, x[:3], y[:3], x[3:], y[3:])
    np.testing.assert_allclose(pictures[2, 1], model.restyle(x[2:3], y[2:3], x[4:], y[4:])[0], atol=1e-6)


def test_units_with_a_standard_normal_prior():
    assert standard_units(MODELS["VAE"]()).all()
    assert not standard_units(MODELS["Autoencoder"]()).any()
    model = MODELS["CSVAE"]()
    settle(model)
    np.testing.assert_array_equal(standard_units(model, data_for(model, 2)[1]), [True, True, False])
