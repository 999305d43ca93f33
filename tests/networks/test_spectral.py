"""Spectral normalisation of convolutions and dense layers."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.errors import UserError
from kvae.networks import SpectralConv2D, SpectralDense, creswell_discriminator, larsen_discriminator

LAYERS = {
    "convolution": lambda **options: (SpectralConv2D(6, 3, 2, "same", **options), (4, 8, 8, 5)),
    "dense": lambda **options: (SpectralDense(7, **options), (4, 9)),
}


def _trained(name, rng, calls):
    layer, shape = LAYERS[name]()
    x = ops.convert_to_tensor(rng.standard_normal(shape).astype("float32"))
    layer.build(shape)
    kernel = rng.standard_normal(layer.kernel.shape)
    kernel[..., 0] *= 3  # the power iteration converges fast if the two largest singular values differ
    layer.kernel.assign(kernel)
    for _ in range(calls):
        layer(x, training=True)
    return layer, x


def _matrix(kernel):
    return ops.convert_to_numpy(kernel).reshape(-1, kernel.shape[-1])


@pytest.mark.parametrize("name", LAYERS)
def test_spectral_kernel_has_largest_singular_value_1(name, rng):
    layer, x = _trained(name, rng, 100)
    kernel = layer.normalized_kernel(training=False)
    assert np.linalg.norm(_matrix(layer.kernel), 2) > 2
    np.testing.assert_allclose(np.linalg.norm(_matrix(kernel), 2), 1, atol=1e-3)
    plain = type(layer).__mro__[2].from_config({**layer.get_config(), "name": "plain"})
    plain.build(x.shape)
    plain.set_weights([ops.convert_to_numpy(kernel), ops.convert_to_numpy(layer.bias)])
    np.testing.assert_allclose(ops.convert_to_numpy(layer(x)), ops.convert_to_numpy(plain(x)), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", LAYERS)
def test_spectral_layer_changes_u_in_training_alone(name, rng):
    layer, x = _trained(name, rng, 1)
    first, kernel = ops.convert_to_numpy(layer.u).copy(), ops.convert_to_numpy(layer.kernel).copy()
    layer(x)
    np.testing.assert_array_equal(ops.convert_to_numpy(layer.u), first)
    layer(x, training=True)
    assert not np.array_equal(ops.convert_to_numpy(layer.u), first)
    np.testing.assert_array_equal(ops.convert_to_numpy(layer.kernel), kernel)


@pytest.mark.parametrize("name", LAYERS)
def test_spectral_layer_with_a_kernel_of_zeros_returns_zeros(name, rng):
    layer, x = _trained(name, rng, 1)
    layer.kernel.assign(np.zeros(layer.kernel.shape))
    np.testing.assert_array_equal(ops.convert_to_numpy(layer(x, training=True)), 0)


def test_spectral_layer_keeps_u_in_a_file(rng, tmp_path):
    x = keras.Input((9,))
    net = keras.Model(x, SpectralDense(7)(x))
    data = ops.convert_to_tensor(rng.standard_normal((4, 9)).astype("float32"))
    net(data, training=True)
    net.save(tmp_path / "net.keras")
    loaded = keras.saving.load_model(tmp_path / "net.keras")
    for found, expected in zip(loaded.get_weights(), net.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_spectral_convolution_of_channels_first_raises():
    with pytest.raises(UserError, match="channels_last"):
        SpectralConv2D(2, 3, data_format="channels_first").build((None, 3, 8, 8))


@pytest.mark.parametrize(
    "make",
    [
        lambda: larsen_discriminator((16, 16, 3), 8, normalization="spectral"),
        lambda: creswell_discriminator((16, 16, 3), 8, "spectral"),
    ],
    ids=["larsen", "creswell"],
)
def test_discriminator_with_spectral_normalization_has_no_other_weights(make):
    weighted = [layer for layer in make().layers if layer.weights]
    assert len(weighted) > 4
    assert all(isinstance(layer, SpectralConv2D | SpectralDense) and layer.use_bias for layer in weighted)
