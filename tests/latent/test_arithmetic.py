"""Arithmetic with codes whose results are known."""

import numpy as np
import pytest

from kvae.errors import UserError
from kvae.latent.arithmetic import attribute_vector, blend, brightness, lerp, negation, slerp


class Copies:
    """Pictures of 4×4 whose code is each pixel's distance from grey."""

    def encode(self, x):
        return (x - 0.5).reshape(len(x), -1)

    def decode(self, z):
        return np.clip(0.5 + z, 0, 1).reshape(-1, 4, 4, 1)


def test_an_attribute_is_the_way_from_those_without_to_those_with():
    z = np.array([[1.0, 2], [3, 2], [0, 0], [2, 4]])
    np.testing.assert_allclose(attribute_vector(z, [1, 1, 0, 0]), [1, 0])
    with pytest.raises(UserError, match="Received: 4 of 4 with it"):
        attribute_vector(z, [1, 1, 1, 1])


def test_linear_and_spherical_ways(rng):
    a, b = np.array([[2.0, 0]]), np.array([[0.0, 4]])
    np.testing.assert_allclose(lerp(a, b, 0.25), [[1.5, 1]])
    half = slerp(a, b, 0.5)
    np.testing.assert_allclose(half, 3 * np.sqrt([[0.5, 0.5]]))
    z = rng.standard_normal((2, 10, 400))
    lengths = [np.linalg.norm(way(*z, 0.5), axis=-1).mean() for way in (lerp, slerp)]
    np.testing.assert_allclose(lengths, [np.sqrt(200), np.sqrt(400)], rtol=0.05)
    for amount, end in ((0, z[0]), (1, z[1])):
        np.testing.assert_allclose(slerp(*z, amount), end, atol=1e-9)
    np.testing.assert_allclose(slerp(a, 3 * a, 0.5), 2 * a)
    assert np.isfinite(slerp(a, -a, 0.5)).all()
    assert np.isfinite(slerp(0 * a, b, 0.5)).all()


def test_a_blend_is_a_weighted_mean_of_codes(rng):
    a, b = rng.random((2, 3, 4, 4, 1))
    x = blend(Copies(), a, b, [0.0, 0.6, 1.0], negate=[True, False, False])
    assert x.shape == (3, 3, 4, 4, 1)
    np.testing.assert_allclose(x[2], a)
    np.testing.assert_allclose(x[0], np.concatenate([1 - b[:1], b[1:]]))
    np.testing.assert_allclose(x[1, 1], 0.6 * a[1] + 0.4 * b[1])


def test_brightness_is_that_of_the_centre():
    x = np.zeros((1, 4, 4, 3))
    x[:, 1:3, 1:3] = 1
    assert brightness(x) == [1.0]


def test_a_model_whose_negation_flips_colours(rng):
    figures = negation(Copies(), 0.2 + 0.6 * rng.random((20, 1, 1, 1)) * np.ones((20, 4, 4, 1)))
    assert figures["negation_correlation"] == pytest.approx(-1)
    assert figures["negation_change"] > 0.1


def test_a_model_whose_negation_does_nothing(rng):
    class Even(Copies):
        def decode(self, z):
            return super().decode(np.abs(z))

    figures = negation(Even(), rng.random((20, 4, 4, 1)))
    assert figures == {"negation_correlation": pytest.approx(1), "negation_change": pytest.approx(0)}
