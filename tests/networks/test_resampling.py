"""Strided convolutions in block form, compared with the layers of Keras."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from kvae.networks import conv_decoder, conv_encoder, resampling
from kvae.networks.resampling import DoublingConv2D, StridedConv2D, StridedConv2DTranspose


@pytest.fixture(params=[True, False], ids=["blocks", "strided"])
def blocks(request, monkeypatch):
    """True if the block forms are used, and False if the strided forms are."""
    monkeypatch.setattr(resampling, "slow_strided_convolutions", lambda: request.param)
    return request.param


@pytest.mark.parametrize("shape", [(8, 8, 3), (7, 8, 3), (9, 5, 1), (2, 2, 4)])
@pytest.mark.parametrize(
    ("fast", "plain"), [(StridedConv2D, layers.Conv2D), (StridedConv2DTranspose, layers.Conv2DTranspose)]
)
def test_strided_convolutions_equal_the_layers_of_keras(blocks, fast, plain, shape, rng):
    for filters, activation in ((5, None), (12, "relu")):
        options = {"strides": 2, "padding": "same", "activation": activation, "bias_initializer": "normal"}
        a, b = fast(filters, 4, **options), plain(filters, 4, **options)
        x = rng.standard_normal((3, *shape)).astype("float32")
        a.build(x.shape), b.build(x.shape)
        b.set_weights([ops.convert_to_numpy(w) for w in a.weights])
        y, expected = a(x), b(x)
        assert y.shape == expected.shape == (3, *a.compute_output_shape(x.shape)[1:])
        np.testing.assert_allclose(ops.convert_to_numpy(y), ops.convert_to_numpy(expected), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("shape", [(8, 8, 3), (7, 5, 4), (1, 2, 2)])
@pytest.mark.parametrize("options", [{}, {"kernel_size": 5}, {"strides": 2}, {"padding": "valid"}])
def test_doubling_conv_equals_nearest_neighbours_and_a_convolution(blocks, shape, options, rng):
    for filters, activation in ((5, None), (12, "relu")):
        given = {"kernel_size": 3, "padding": "same", "activation": activation, "bias_initializer": "normal", **options}
        if given["padding"] == "valid" and min(shape[:2]) < 2:
            continue
        one, plain = DoublingConv2D(filters, **given), layers.Conv2D(filters, **given)
        x = rng.standard_normal((3, *shape)).astype("float32")
        one.build(x.shape), plain.build(x.shape)
        plain.set_weights([ops.convert_to_numpy(w) for w in one.weights])
        y, expected = one(x), plain(layers.UpSampling2D(2, interpolation="nearest")(x))
        assert y.shape == expected.shape == (3, *one.compute_output_shape(x.shape)[1:])
        np.testing.assert_allclose(ops.convert_to_numpy(y), ops.convert_to_numpy(expected), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "options",
    [
        {"kernel_size": 5, "strides": 2, "padding": "same"},
        {"kernel_size": 4, "strides": 1, "padding": "same"},
        {"kernel_size": 4, "strides": 2, "padding": "valid"},
    ],
)
def test_strided_convolutions_with_other_kernels_and_strides_equal_the_layers_of_keras(blocks, options, rng):
    x = rng.standard_normal((2, 8, 8, 3)).astype("float32")
    for fast, plain in ((StridedConv2D, layers.Conv2D), (StridedConv2DTranspose, layers.Conv2DTranspose)):
        a, b = fast(4, **options), plain(4, **options)
        a.build(x.shape), b.build(x.shape)
        b.set_weights([ops.convert_to_numpy(w) for w in a.weights])
        np.testing.assert_allclose(ops.convert_to_numpy(a(x)), ops.convert_to_numpy(b(x)), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("upsampling", ["deconv", "nearest"])
def test_training_with_block_and_strided_forms_ends_at_the_same_weights(upsampling, monkeypatch, rng):
    """Ten steps of a small convolutional autoencoder are computed in both forms."""
    x, ends = rng.random((8, 16, 16, 3)).astype("float32"), []
    for form in (True, False):
        monkeypatch.setattr(resampling, "slow_strided_convolutions", lambda form=form: form)
        keras.utils.set_random_seed(0)
        decoder = conv_decoder(4, (16, 16, 3), width=12, upsampling=upsampling)
        net = keras.Sequential([conv_encoder((16, 16, 3), 4, width=4), decoder])
        net.compile(keras.optimizers.SGD(0.01), loss="mse")
        net.fit(x, x, batch_size=8, epochs=10, verbose=0)
        ends.append([ops.convert_to_numpy(w) for w in net.trainable_weights])
    for a, b in zip(*ends, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)


def test_conv_decoder_keeps_its_layer_types_in_a_file(tmp_path):
    net = conv_decoder(3, (16, 16, 3), width=4)
    net.save(tmp_path / "net.keras")
    again = keras.saving.load_model(tmp_path / "net.keras")
    assert [type(layer) for layer in again.layers] == [type(layer) for layer in net.layers]
    z = np.ones((2, 3), "float32")
    np.testing.assert_allclose(ops.convert_to_numpy(again(z)), ops.convert_to_numpy(net(z)), rtol=1e-5)
