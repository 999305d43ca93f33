"""Walks through the latent space of a decoder that is known."""

import numpy as np
import pytest

from kvae.errors import UserError
from kvae.evaluation.traversal import interpolate, traverse
from kvae.models import Autoencoder
from kvae.networks import mlp


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
    latent, pixels = interpolate(copies, a, b, [0, 0.25, 1])
    np.testing.assert_allclose(pixels[:, 0, 0, 0], [0, 0.25, 1])
    np.testing.assert_allclose(latent[:, 0, 0, 0], _sigmoid([0, 0.25, 1]), rtol=1e-5)
