"""Attribute vectors and interpolation of latent codes with known results."""

import numpy as np
import pytest

from kvae.errors import UserError
from kvae.latent.arithmetic import attribute_vector, lerp, slerp


def test_attribute_vector_is_the_difference_of_means():
    z = np.array([[1.0, 2], [3, 2], [0, 0], [2, 4]])
    np.testing.assert_allclose(attribute_vector(z, [1, 1, 0, 0]), [1, 0])


def test_attribute_vector_without_negatives_is_refused():
    with pytest.raises(UserError, match="Received: 4 of 4 with it"):
        attribute_vector(np.zeros((4, 2)), [1, 1, 1, 1])


def test_attribute_vector_of_spatial_codes_has_their_shape(rng):
    z = rng.random((4, 2, 2, 3))
    assert attribute_vector(z, [1, 0, 0, 1]).shape == (2, 2, 3)


def test_lerp_is_the_weighted_mean():
    np.testing.assert_allclose(lerp(np.array([[2.0, 0]]), np.array([[0.0, 4]]), 0.25), [[1.5, 1]])


def test_slerp_of_orthogonal_codes_is_on_the_arc():
    half = slerp(np.array([[2.0, 0]]), np.array([[0.0, 4]]), 0.5)
    np.testing.assert_allclose(half, 3 * np.sqrt([[0.5, 0.5]]))


def test_slerp_keeps_the_length_that_lerp_shortens(rng):
    z = rng.standard_normal((2, 10, 400))
    lengths = [np.linalg.norm(between(*z, 0.5), axis=-1).mean() for between in (lerp, slerp)]
    np.testing.assert_allclose(lengths, [np.sqrt(200), np.sqrt(400)], rtol=0.05)


@pytest.mark.parametrize("shape", [(10, 400), (3, 2, 2, 5)])
def test_slerp_at_the_ends_returns_the_codes(rng, shape):
    a, b = rng.standard_normal((2, *shape))
    np.testing.assert_allclose(slerp(a, b, 0), a, atol=1e-9)
    np.testing.assert_allclose(slerp(a, b, 1), b, atol=1e-9)


def test_slerp_of_parallel_opposite_and_zero_codes_is_finite():
    a, b = np.array([[2.0, 0]]), np.array([[0.0, 4]])
    np.testing.assert_allclose(slerp(a, 3 * a, 0.5), 2 * a)
    assert np.isfinite(slerp(a, -a, 0.5)).all()
    assert np.isfinite(slerp(0 * a, b, 0.5)).all()
