"""Distances between images or feature maps, with answers by hand."""

import math

import numpy as np
import pytest
from keras import ops

from kvae.objectives import (
    absolute_error,
    feature_error,
    half_squared_error,
    perceptual_error,
    pixel_cross_entropy,
)


def _tensor(values):
    return ops.convert_to_tensor(np.array(values, "float32"))


def _differing():
    """Return maps (2, 3, 2, 1), the first of which differs by 2 everywhere and the second nowhere."""
    a = np.ones((2, 3, 2, 1))
    b = a.copy()
    b[0] += 2
    return _tensor(a), _tensor(b)


def test_half_squared_error_sums_over_each_example():
    error = ops.convert_to_numpy(half_squared_error(*_differing()))
    np.testing.assert_array_equal(error, [0.5 * 6 * 4, 0])


def test_feature_error_is_the_mean_over_map_and_batch():
    assert float(feature_error(*_differing())) == 0.5 * 4 / 2


def test_pixel_cross_entropy_sums_over_pixels_of_any_brightness():
    x, x_hat = _tensor([[[1.0, 0.0]], [[0.5, 0.5]]]), _tensor([[[0.5, 0.25]], [[0.5, 0.2]]])
    expected = [-math.log(0.5) - math.log(0.75), -math.log(0.5) - 0.5 * math.log(0.2) - 0.5 * math.log(0.8)]
    np.testing.assert_allclose(ops.convert_to_numpy(pixel_cross_entropy(x, x_hat)), expected, rtol=1e-5)


def test_absolute_error_is_the_mean_over_values_and_batch():
    assert float(absolute_error(*_differing())) == 2 / 2


def test_perceptual_error_does_not_depend_on_the_length_of_features():
    f = _tensor([[[3.0, 4.0], [1.0, 0.0]]])  # one example, two places, two channels
    g = _tensor([[[30.0, 40.0], [0.0, 2.0]]])
    np.testing.assert_allclose(float(perceptual_error(f, g)), (0 + 2) / 2, rtol=1e-5)


def test_perceptual_error_of_features_that_are_zero_is_finite():
    assert float(perceptual_error(_tensor(np.zeros((1, 2, 2))), _tensor(np.ones((1, 2, 2))))) == pytest.approx(
        1.0, rel=1e-5
    )
