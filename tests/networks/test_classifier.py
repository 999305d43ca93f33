"""`conv_classifier`: channels, augmentation and smoothing."""

import keras
import numpy as np
from keras import ops

from kvae.networks import conv_classifier


def test_conv_classifier_channels_double_from_the_width():
    net = conv_classifier((16, 16, 3), 5, width=4)
    assert net.output_shape == (None, 5)
    assert [layer.filters for layer in net.layers if isinstance(layer, keras.layers.Conv2D)] == [4, 8, 16, 32]


def test_conv_classifier_augmentation_changes_images_in_training_only(rng):
    net = conv_classifier((16, 16, 1), 2, width=2, dropout=0.0)
    x = rng.random((4, 16, 16, 1)).astype("float32")

    def logits(training):
        return ops.convert_to_numpy(net(x, training=training))

    np.testing.assert_array_equal(logits(False), logits(False))
    assert np.abs(logits(True) - logits(True)).max() > 1e-4


def test_conv_classifier_without_augmentation_and_dropout_is_deterministic_in_training(rng):
    net = conv_classifier((16, 16, 1), 2, width=2, dropout=0.0, augment=False)
    x = rng.random((4, 16, 16, 1)).astype("float32")
    np.testing.assert_allclose(*(ops.convert_to_numpy(net(x, training=True)) for _ in range(2)), atol=1e-5)


def test_conv_classifier_smooth_adds_the_smoothing_layer():
    for smooth in (False, True):
        names = [type(layer).__name__ for layer in conv_classifier((16, 16, 1), 2, width=2, smooth=smooth).layers]
        assert ("RandomSmoothing" in names) is smooth
