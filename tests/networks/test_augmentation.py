"""Layers that change images in training."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.networks import RandomSmoothing


@pytest.fixture
def x(rng):
    return rng.random((200, 8, 8, 1)).astype("float32")


def test_random_smoothing_at_inference_returns_its_argument(x):
    np.testing.assert_array_equal(ops.convert_to_numpy(RandomSmoothing(5, seed=0)(x)), x)


def test_random_smoothing_in_training_smooths_half_of_the_images(x):
    smoothed = ops.convert_to_numpy(RandomSmoothing(5, seed=0)(x, training=True))
    changed = np.abs(smoothed - x).max(axis=(1, 2, 3)) > 1e-6
    assert 70 < changed.sum() < 130
    assert (smoothed[changed].std(axis=(1, 2, 3)) < x[changed].std(axis=(1, 2, 3))).all()


def test_random_smoothing_of_constant_images_returns_them(x):
    smoothed = RandomSmoothing(5, seed=0)(np.ones_like(x), training=True)
    np.testing.assert_allclose(ops.convert_to_numpy(smoothed), 1, atol=1e-5)


def test_random_smoothing_is_restored_from_its_configuration(x):
    layer = RandomSmoothing(3, seed=1)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert (again.size, again.seed) == (3, 1)
    smoothed = (ops.convert_to_numpy(each(x, training=True)) for each in (layer, again))
    np.testing.assert_array_equal(*smoothed)
