"""The convolutional nets in the manner of DCGAN: shapes at every size, what they refuse, and how they begin."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.errors import UserError
from kvae.networks import conv_decoder, conv_encoder
from kvae.networks.resampling import UPSAMPLINGS


@pytest.mark.parametrize("upsampling", UPSAMPLINGS)
@pytest.mark.parametrize("shape", [(8, 8, 1), (13, 20, 3), (28, 28, 1), (64, 64, 3), (96, 96, 3), (255, 256, 1)])
def test_decoder_mirrors_encoder(shape, upsampling):
    encoder = conv_encoder(shape, 6, width=1)
    decoder = conv_decoder(3, shape, width=1, upsampling=upsampling)
    assert encoder.output_shape == (None, 6)
    assert decoder.output_shape == (None, *shape)
    if shape[0] <= 28:
        x = np.zeros((2, *shape), "float32")
        assert decoder(encoder(x)[:, :3]).shape == (2, *shape)


def test_channels_of_a_64_pixel_net_are_those_of_the_text():
    convolutions = [layer for layer in conv_encoder((64, 64, 3), 100).layers if isinstance(layer, keras.layers.Conv2D)]
    assert [c.filters for c in convolutions] == [32, 64, 128, 256]


def test_images_touch_no_batch_norm():
    layers = [type(layer).__name__ for layer in conv_encoder((28, 28, 1), 4, width=2).layers]
    assert layers[:4] == ["InputLayer", "StridedConv2D", "LeakyReLU", "StridedConv2D"]
    layers = [type(layer).__name__ for layer in conv_decoder(2, (28, 28, 1), width=2).layers]
    assert layers[-2:] == ["StridedConv2DTranspose", "Activation"]


def test_a_small_gain_begins_near_the_prior():
    """Means near 0 and log σ near 0, in proportion to the gain."""
    x = np.random.default_rng(0).random((16, 16, 16, 1), "float32")
    keras.utils.set_random_seed(0)
    whole = ops.convert_to_numpy(conv_encoder((16, 16, 1), 8, width=4)(x))
    keras.utils.set_random_seed(0)
    tenth = ops.convert_to_numpy(conv_encoder((16, 16, 1), 8, width=4, gain=0.1)(x))
    np.testing.assert_allclose(tenth, 0.1 * whole, rtol=1e-4, atol=1e-6)


def test_a_decoder_s_last_activation():
    z = np.random.default_rng(0).normal(0, 100, (8, 3)).astype("float32")
    x = ops.convert_to_numpy(conv_decoder(3, (16, 16, 1), width=4, activation="sigmoid")(z))
    assert 0 <= x.min() < 0.1
    assert 0.9 < x.max() <= 1


def test_group_normalization_does_not_mix_pictures():
    """What a code is decoded to, in training too, does not depend on the codes beside it; with batch norm it does."""
    z = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
    for normalization, alike in (("group", True), ("batch", False)):
        net = conv_decoder(3, (16, 16, 1), width=4, normalization=normalization)
        alone, together = (ops.convert_to_numpy(net(rows, training=True))[:2] for rows in (z[:2], z))
        assert np.allclose(alone, together, atol=1e-5) is alike


def test_normalization_by_name():
    with pytest.raises(UserError, match="one of batch, group, none"):
        conv_decoder(3, (16, 16, 1), normalization="layer")


@pytest.mark.parametrize("shape", [(7, 7, 1), (64, 300, 3), (64, 64), (4,)])
def test_sizes_that_do_not_fit(shape):
    with pytest.raises(UserError, match="sides from 8 to 256"):
        conv_encoder(shape, 4)


def test_upsampling_by_name():
    with pytest.raises(UserError, match="deconv, nearest, bilinear"):
        conv_decoder(4, (8, 8, 1), upsampling="bicubic")


def test_dropout_leaves_whole_maps_out_of_the_first_two_layers_in_training_alone():
    net = conv_decoder(3, (32, 32, 1), width=2, dropout=0.5)
    dropped = [layer for layer in net.layers if isinstance(layer, keras.layers.SpatialDropout2D)]
    assert [layer.output.shape[1] for layer in dropped] == [4, 8]
    z = np.random.default_rng(0).standard_normal((4, 3)).astype("float32")
    np.testing.assert_array_equal(*(keras.ops.convert_to_numpy(net(z, training=False)) for _ in range(2)))
    first, second = (keras.ops.convert_to_numpy(net(z, training=True)) for _ in range(2))
    assert np.abs(first - second).max() > 0
    assert not [la for la in conv_decoder(3, (8, 8, 1)).layers if isinstance(la, keras.layers.SpatialDropout2D)]
