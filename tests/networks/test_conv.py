"""The convolutional networks in the manner of DCGAN."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.errors import UserError
from kvae.networks import conv_decoder, conv_encoder
from kvae.networks.resampling import UPSAMPLINGS


@pytest.mark.parametrize("upsampling", UPSAMPLINGS)
@pytest.mark.parametrize("shape", [(8, 8, 1), (13, 20, 3), (28, 28, 1), (64, 64, 3), (96, 96, 3), (255, 256, 1)])
def test_conv_decoder_of_any_size_mirrors_the_encoder(shape, upsampling):
    encoder = conv_encoder(shape, 6, width=1)
    decoder = conv_decoder(3, shape, width=1, upsampling=upsampling)
    assert encoder.output_shape == (None, 6)
    assert decoder.output_shape == (None, *shape)
    if shape[0] <= 28:
        x = np.zeros((2, *shape), "float32")
        assert decoder(encoder(x)[:, :3]).shape == (2, *shape)


@pytest.mark.parametrize(("factor", "sides"), [(2, (45, 80)), (8, (12, 20)), (16, (6, 10))])
def test_conv_networks_with_a_factor_have_a_map_as_code(factor, sides):
    encoder = conv_encoder((90, 160, 3), 6, width=1, factor=factor, normalization="none")
    decoder = conv_decoder(3, (90, 160, 3), width=1, factor=factor, upsampling="nearest")
    assert (encoder.output_shape, decoder.input_shape) == ((None, *sides, 6), (None, *sides, 3))
    assert decoder(encoder(np.zeros((1, 90, 160, 3), "float32"))[..., :3]).shape == (1, 90, 160, 3)


def test_conv_encoder_with_a_factor_depends_only_on_near_pixels(rng):
    x = rng.random((1, 64, 64, 3), "float32")
    changed = x.copy()
    changed[:, :8, :8] = 0
    encoder = conv_encoder((64, 64, 3), 2, width=2, factor=8, normalization="none")
    moved = ops.convert_to_numpy(encoder(changed) != encoder(x)).any(axis=-1)[0]
    assert moved[0, 0]
    assert not moved[4:].any()
    assert not moved[:, 4:].any()


def test_conv_decoder_with_a_factor_changes_only_near_pixels(rng):
    z = rng.normal(size=(1, 8, 8, 2)).astype("float32")
    changed = z.copy()
    changed[:, 0, 0] += 10
    decoder = conv_decoder(2, (64, 64, 3), width=2, factor=8, normalization="none")
    moved = ops.convert_to_numpy(decoder(changed) != decoder(z)).any(axis=-1)[0]
    assert moved[:8, :8].any()
    assert not moved[40:].any()
    assert not moved[:, 40:].any()


def test_conv_encoder_gain_scales_the_initial_map(rng):
    x, maps = rng.random((2, 16, 16, 3), "float32"), []
    for gain in (1.0, 0.1):
        keras.utils.set_random_seed(0)
        maps.append(ops.convert_to_numpy(conv_encoder((16, 16, 3), 4, width=2, gain=gain, factor=4)(x)))
    np.testing.assert_allclose(maps[1], 0.1 * maps[0], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("factor", [0, 1, 3, -2])
def test_conv_networks_with_a_factor_that_is_no_power_of_2_from_2_on_raise(factor):
    with pytest.raises(UserError, match=f"Expected factor to be a power of 2, 2 or more. Received: factor={factor}"):
        conv_encoder((16, 16, 3), 4, factor=factor)
    with pytest.raises(UserError, match="Expected factor"):
        conv_decoder(4, (16, 16, 3), factor=factor)


def test_conv_networks_with_a_factor_larger_than_a_side_raise():
    with pytest.raises(UserError, match=r"at most a side of the images, \(16, 32\). Received: factor=32"):
        conv_encoder((16, 32, 3), 4, factor=32)
    with pytest.raises(UserError, match="Expected factor"):
        conv_decoder(4, (16, 32, 3), factor=32)


def test_conv_encoder_with_a_factor_and_labels_raises():
    with pytest.raises(UserError, match="Expected no factor for an encoder that takes labels"):
        conv_encoder((16, 16, 3), 4, factor=4, label_units=2)


def test_conv_encoder_at_64_pixels_has_the_documented_channels():
    convolutions = [layer for layer in conv_encoder((64, 64, 3), 100).layers if isinstance(layer, keras.layers.Conv2D)]
    assert [layer.filters for layer in convolutions] == [32, 64, 128, 256]


def test_conv_encoder_first_layer_has_no_batch_norm():
    layers = [type(layer).__name__ for layer in conv_encoder((28, 28, 1), 4, width=2).layers]
    assert layers[:4] == ["InputLayer", "StridedConv2D", "LeakyReLU", "StridedConv2D"]


def test_conv_networks_without_normalization_compute_the_same_in_training(rng):
    x, z = rng.random((4, 16, 16, 3), "float32"), rng.normal(size=(4, 2)).astype("float32")
    encoder = conv_encoder((16, 16, 3), 4, width=2, normalization="none")
    decoder = conv_decoder(2, (16, 16, 3), width=2, normalization="none")
    for net, inputs in ((encoder, x), (decoder, z)):
        assert all(layer.use_bias for layer in net.layers if layer.weights)
        inferred, trained = (ops.convert_to_numpy(net(inputs, training=training)) for training in (False, True))
        np.testing.assert_array_equal(inferred, trained)


def test_conv_decoder_last_layer_has_no_batch_norm():
    layers = [type(layer).__name__ for layer in conv_decoder(2, (28, 28, 1), width=2).layers]
    assert layers[-2:] == ["StridedConv2DTranspose", "Activation"]


def test_conv_encoder_gain_scales_the_initial_outputs(rng):
    x = rng.random((16, 16, 16, 1), "float32")
    keras.utils.set_random_seed(0)
    whole = ops.convert_to_numpy(conv_encoder((16, 16, 1), 8, width=4)(x))
    keras.utils.set_random_seed(0)
    tenth = ops.convert_to_numpy(conv_encoder((16, 16, 1), 8, width=4, gain=0.1)(x))
    np.testing.assert_allclose(tenth, 0.1 * whole, rtol=1e-4, atol=1e-6)


def test_conv_encoder_label_units_are_read_by_the_linear_layer():
    net = conv_encoder((8, 8, 1), 4, width=2, label_units=3)
    assert net.input_shape == [(None, 8, 8, 1), (None, 3)]
    assert net.layers[-1].kernel.shape == (4 * 4 * 2 + 3, 4)


def test_conv_decoder_activation_bounds_the_outputs(rng):
    z = rng.normal(0, 100, (8, 3)).astype("float32")
    x = ops.convert_to_numpy(conv_decoder(3, (16, 16, 1), width=4, activation="sigmoid")(z))
    assert 0 <= x.min() < 0.1
    assert 0.9 < x.max() <= 1


@pytest.mark.parametrize(("normalization", "independent"), [("group", True), ("none", True), ("batch", False)])
def test_conv_decoder_output_depends_on_other_codes_with_batch_norm_only(normalization, independent, rng):
    z = rng.normal(size=(8, 3)).astype("float32")
    net = conv_decoder(3, (16, 16, 1), width=4, normalization=normalization)
    alone, together = (ops.convert_to_numpy(net(rows, training=True))[:2] for rows in (z[:2], z))
    assert np.allclose(alone, together, atol=1e-5) is independent


def test_conv_decoder_without_normalization_has_a_bias_in_every_layer():
    net = conv_decoder(3, (16, 16, 1), width=4, normalization="none")
    assert all(layer.use_bias for layer in net.layers if layer.weights)
    assert not [layer for layer in net.layers if "Normalization" in type(layer).__name__]


def test_conv_decoder_unknown_normalization_raises_an_error_with_the_known_names():
    with pytest.raises(UserError, match="one of batch, group, instance, none"):
        conv_decoder(3, (16, 16, 1), normalization="layer")


def test_conv_decoder_unknown_upsampling_raises_an_error_with_the_known_names():
    with pytest.raises(UserError, match="deconv, nearest, bilinear"):
        conv_decoder(4, (8, 8, 1), upsampling="bicubic")


@pytest.mark.parametrize("shape", [(7, 7, 1), (64, 330, 3), (64, 64), (4,)])
def test_conv_encoder_of_an_unsupported_size_raises_an_error_with_the_limits(shape):
    with pytest.raises(UserError, match="sides from 8 to 320"):
        conv_encoder(shape, 4)


def test_conv_decoder_dropout_follows_the_first_two_layers_and_is_random_in_training_only(rng):
    net = conv_decoder(3, (32, 32, 1), width=2, dropout=0.5)
    dropouts = [layer for layer in net.layers if isinstance(layer, keras.layers.SpatialDropout2D)]
    assert [layer.output.shape[1] for layer in dropouts] == [4, 8]
    z = rng.standard_normal((4, 3)).astype("float32")
    np.testing.assert_array_equal(*(ops.convert_to_numpy(net(z, training=False)) for _ in range(2)))
    first, second = (ops.convert_to_numpy(net(z, training=True)) for _ in range(2))
    assert np.abs(first - second).max() > 0


def test_conv_decoder_without_dropout_has_no_dropout_layer():
    layers = conv_decoder(3, (8, 8, 1)).layers
    assert not [layer for layer in layers if isinstance(layer, keras.layers.SpatialDropout2D)]
