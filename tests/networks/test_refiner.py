"""The refiner, which corrects its input."""

import numpy as np
from keras import ops

from kvae.networks import refiner


def test_refiner_without_a_correction_returns_its_input(rng):
    net = refiner((16, 12, 3), width=2)
    for weight in net.layers[-3].weights:  # of the last convolution
        weight.assign(np.zeros(weight.shape))
    x = rng.random((2, 16, 12, 3), "float32")
    np.testing.assert_array_equal(ops.convert_to_numpy(net(x)), x)


def test_refiner_adds_a_correction_that_is_equal_everywhere_for_a_constant_image():
    net = refiner((16, 12, 3), width=2)
    refined = ops.convert_to_numpy(net(np.full((1, 16, 12, 3), 0.5, "float32")))
    np.testing.assert_allclose(refined, np.broadcast_to(refined[:, :1, :1], refined.shape), atol=1e-5)


def test_refiner_returns_values_from_0_to_1(rng):
    net = refiner((8, 8, 3), width=4)
    for weight in net.weights:
        weight.assign(3 * weight)
    refined = ops.convert_to_numpy(net(rng.random((4, 8, 8, 3), "float32")))
    assert (refined.min(), refined.max()) == (0, 1)
