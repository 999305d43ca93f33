"""Convolutions that double the sides of a map, compared with the layers of Keras."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from kvae.networks import DoublingConv2D, conv_decoder


@pytest.mark.parametrize("shape", [(8, 8, 3), (7, 5, 4), (1, 2, 2)])
@pytest.mark.parametrize("options", [{}, {"kernel_size": 5}, {"strides": 2}, {"padding": "valid"}])
def test_doubling_conv_equals_nearest_neighbours_and_a_convolution(shape, options, rng):
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


def test_conv_decoder_keeps_its_layer_types_in_a_file(tmp_path):
    net = conv_decoder(3, (16, 16, 3), width=4)
    net.save(tmp_path / "net.keras")
    again = keras.saving.load_model(tmp_path / "net.keras")
    assert [type(layer) for layer in again.layers] == [type(layer) for layer in net.layers]
    z = np.ones((2, 3), "float32")
    np.testing.assert_allclose(ops.convert_to_numpy(again(z)), ops.convert_to_numpy(net(z)), rtol=1e-5)
