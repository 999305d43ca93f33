"""Blends and negation of latent codes of models with known results."""

import numpy as np
import pytest

from kvae.latent.blending import blend, brightness, mean_probabilities, negation
from tests.contracts.models import MODELS, data_for, settle


class Copies:
    """A model of images of 4×4 whose latent code is the distance of each pixel from grey, in this shape."""

    def __init__(self, shape=(16,)):
        self.shape = shape

    def encode(self, x):
        return (x - 0.5).reshape(len(x), *self.shape)

    def decode(self, z):
        return np.clip(0.5 + z, 0, 1).reshape(-1, 4, 4, 1)


@pytest.mark.parametrize("shape", [(16,), (2, 2, 4)])
def test_blend_is_a_weighted_mean_of_codes_of_any_shape(rng, shape):
    a, b = rng.random((2, 3, 4, 4, 1))
    x = blend(Copies(shape), a, b, [0.0, 0.6, 1.0], negate=[True, False, False])
    assert x.shape == (3, 3, 4, 4, 1)
    np.testing.assert_allclose(x[2], a)
    np.testing.assert_allclose(x[0], np.concatenate([1 - b[:1], b[1:]]))
    np.testing.assert_allclose(x[1, 1], 0.6 * a[1] + 0.4 * b[1])


def test_blend_of_spatial_codes_ends_at_the_reconstructions():
    model = MODELS["VAE, spatial code"]()
    settle(model)
    (x,) = data_for(model, 4)
    blended = blend(model, x[:2], x[2:], [0.0, 1.0])
    np.testing.assert_allclose(blended[0], model.reconstruct(x[2:]), atol=1e-5)
    np.testing.assert_allclose(blended[1], model.reconstruct(x[:2]), atol=1e-5)


def test_brightness_is_the_mean_of_the_centre():
    x = np.zeros((1, 4, 4, 3))
    x[:, 1:3, 1:3] = 1
    assert brightness(x) == [1.0]


def test_negation_that_inverts_brightness_has_correlation_minus_one(rng):
    values = negation(Copies(), 0.2 + 0.6 * rng.random((20, 1, 1, 1)) * np.ones((20, 4, 4, 1)))
    assert values["negation_correlation"] == pytest.approx(-1)
    assert values["negation_change"] > 0.1


def test_negation_without_effect_has_correlation_one(rng):
    class Even(Copies):
        def decode(self, z):
            return super().decode(np.abs(z))

    values = negation(Even(), rng.random((20, 4, 4, 1)))
    assert values == {"negation_correlation": pytest.approx(1), "negation_change": pytest.approx(0)}


def test_mean_probabilities_are_means_over_images():
    class Halves:
        def probabilities(self, x):
            return np.stack([x[:, 0], 1 - x[:, 0]], axis=1)

    found = mean_probabilities(Halves(), ("cat", "dog"), np.array([[0.5], [0.25]]))
    assert found == {"cat": 0.375, "dog": 0.625}
