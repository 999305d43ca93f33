"""Shapes of the nets at every size, and what they refuse."""

import keras
import numpy as np
import pytest

from kvae.errors import UserError
from kvae.networks import conv_decoder, conv_encoder, mlp
from kvae.networks.conv import UPSAMPLINGS


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


@pytest.mark.parametrize("shape", [(7, 7, 1), (64, 300, 3), (64, 64), (4,)])
def test_sizes_that_do_not_fit(shape):
    with pytest.raises(UserError, match="sides from 8 to 256"):
        conv_encoder(shape, 4)


def test_upsampling_by_name():
    with pytest.raises(UserError, match="deconv, nearest, bilinear"):
        conv_decoder(4, (8, 8, 1), upsampling="bicubic")


def test_mlp_keeps_shapes():
    net = mlp((8, 8, 1), (2, 3), (5,), "tanh")
    assert net(np.zeros((4, 8, 8, 1), "float32")).shape == (4, 2, 3)
    assert mlp(7, 2).count_params() == 7 * 2 + 2


@pytest.mark.parametrize(
    "make", [lambda: mlp(4, 2, (3,)), lambda: conv_encoder((8, 8, 1), 4, width=1)], ids=["mlp", "conv"]
)
def test_outputs_are_float32_under_mixed_precision(make):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        net = make()
        x = np.zeros((2, *net.input_shape[1:]), "float32")
        assert keras.backend.standardize_dtype(net(x).dtype) == "float32"
    finally:
        keras.config.set_dtype_policy(before)
