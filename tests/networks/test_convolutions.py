"""Convolutions in the fastest form of the backend, compared with the layers of Keras."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from kvae.backends import Backend
from kvae.networks import Conv2D, Conv2DTranspose, StridedConv2D, StridedConv2DTranspose

PAIRS = {"conv": (Conv2D, layers.Conv2D), "transposed": (Conv2DTranspose, layers.Conv2DTranspose)}
"""{name: (a layer of kvae, the layer of Keras)}"""


class Net(Backend, keras.Model):
    """A layer whose input is a weight, with the loss Σ w · y, so that all its gradients can be compared."""

    def __init__(self, layer, x):
        super().__init__()
        self.layer = layer
        self.layer.build(x.shape)
        self.x = self.add_weight(shape=x.shape, dtype=self.layer.variable_dtype)
        self.x.assign(x)
        self.compile("sgd")

    def outcome(self):
        """Return y and the gradients of Σ w · y by x and the weights of the layer, with random w."""
        y = self.layer(self.x.value)
        w = np.random.default_rng(1).standard_normal(y.shape)
        variables = [self.x, *self.layer.trainable_variables]

        def loss():
            product = ops.cast(self.layer(ops.convert_to_tensor(self.x)), self.x.dtype)
            return {"loss": ops.sum(ops.convert_to_tensor(w, self.x.dtype) * product)}

        if keras.backend.backend() == "jax":  # whose gradients read the optimizer's variables
            self.optimizer.build(self.trainable_variables)
        gradients = self.gradients(loss, {"loss": variables})[1]["loss"]
        return [y, *gradients]


def assert_same_results(kinds, x, filters, kernel, tolerance=1e-5, **options):
    """Assert that the layers `kinds` with the same weights have the same output and the same gradients."""
    options = {"bias_initializer": "random_normal", **options}
    ours, theirs = (Net(kind(filters, kernel, **options), x) for kind in kinds)
    ours.layer.set_weights([ops.convert_to_numpy(weight) for weight in theirs.layer.weights])
    assert ours.layer.compute_output_shape(x.shape) == theirs.layer.compute_output_shape(x.shape)
    for found, expected in zip(ours.outcome(), theirs.outcome(), strict=True):
        assert found.shape == expected.shape
        assert found.dtype == expected.dtype
        found, expected = (ops.convert_to_numpy(ops.cast(each, "float64")) for each in (found, expected))
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * max(1, abs(expected).max()))


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("kernel", [3, 4, 5])
def test_convolution_equals_the_layer_of_keras(kind, padding, stride, kernel, rng):
    """Maps have odd and even sides, on both sides of the size from which a form changes, and few and many channels."""
    smaller = stride if kind == "conv" else 1
    for (height, width, channels), filters in (((7, 8, 3), 5), ((16 * smaller + 5, 16 * smaller + 6, 8), 2)):
        x = rng.standard_normal((2, height, width, channels)).astype("float32")
        assert_same_results(PAIRS[kind], x, filters, kernel, strides=stride, padding=padding)


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize(
    "options",
    [
        {"strides": (1, 2), "padding": "same"},
        {"kernel_size": (4, 1), "strides": (2, 1), "activation": "relu"},
        {"kernel_size": 2, "strides": 3, "padding": "same"},
        {"kernel_size": 2, "strides": 3, "padding": "valid"},
        {"dilation_rate": 2, "padding": "same"},
        {"use_bias": False, "strides": 2, "padding": "same"},
    ],
)
def test_convolution_with_other_options_equals_the_layer_of_keras(kind, options, rng):
    kernel = options.pop("kernel_size", 3)
    assert_same_results(PAIRS[kind], rng.standard_normal((2, 7, 6, 4)).astype("float32"), 4, kernel, **options)


def test_convolution_with_groups_equals_the_layer_of_keras(rng):
    assert_same_results(PAIRS["conv"], rng.standard_normal((2, 7, 6, 4)).astype("float32"), 4, 3, groups=2)


def test_transposed_convolution_with_output_padding_equals_the_layer_of_keras(rng):
    x = rng.standard_normal((2, 7, 6, 4)).astype("float32")
    assert_same_results(PAIRS["transposed"], x, 4, 3, strides=2, output_padding=1)


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="JAX computes in single precision by default")
@pytest.mark.parametrize("kind", PAIRS)
def test_convolution_in_double_precision_equals_the_layer_of_keras(kind, rng):
    x = rng.standard_normal((2, 16, 17, 3))
    assert_same_results(PAIRS[kind], x, 4, 4, 1e-12, strides=2, padding="same", dtype="float64")


@pytest.mark.parametrize("kind", PAIRS)
def test_convolution_in_bfloat16_equals_the_layer_of_keras_to_its_precision(kind, rng):
    x = rng.standard_normal((2, 16, 17, 3)).astype("float32")
    assert_same_results(PAIRS[kind], x, 4, 4, 2e-2, strides=2, padding="same", dtype="mixed_bfloat16")


def test_convolution_under_channels_first_keeps_the_format_of_its_configuration(monkeypatch, rng):
    x = rng.standard_normal((2, 8, 8, 3)).astype("float32")
    layer = Conv2D(4, 3, data_format="channels_last")
    y = ops.convert_to_numpy(layer(x))
    before = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_first")
    try:
        np.testing.assert_array_equal(ops.convert_to_numpy(layer(x)), y)
        assert Conv2D(4, 3).data_format == "channels_first"
    finally:
        keras.config.set_image_data_format(before)


@pytest.mark.parametrize("kind", [Conv2D, Conv2DTranspose, StridedConv2D, StridedConv2DTranspose])
def test_convolution_has_the_weights_and_options_of_the_layer_of_keras(kind):
    base = layers.Conv2DTranspose if issubclass(kind, layers.Conv2DTranspose) else layers.Conv2D
    ours, theirs = kind(4, 3, 2, name="layer"), base(4, 3, 2, name="layer")
    assert ours.get_config() == theirs.get_config()
    ours.build((None, 8, 8, 3)), theirs.build((None, 8, 8, 3))
    assert [(v.path, v.shape) for v in ours.weights] == [(v.path, v.shape) for v in theirs.weights]
