"""The fused batch norm and the accurate group norm, compared with those of Keras."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from kvae.backends import LOSSY_SUMS, Backend
from kvae.networks import BatchNormalization, GroupNormalization


class Net(Backend, keras.Model):
    """A dense layer followed by batch norm, with the loss Σ w · y, whose gradients are compared."""

    def __init__(self, norm, w, features):
        super().__init__()
        self.before, self.norm, self.w = layers.Dense(w.shape[-1], use_bias=False), norm, ops.convert_to_tensor(w)
        self.before.build((None, features))
        self.norm.build(w.shape)
        self.compile("sgd")

    def weight_gradients(self, x, training):
        variables = {"loss": [*self.before.trainable_variables, *self.norm.trainable_variables]}

        def loss():
            return {"loss": ops.sum(self.w * self.norm(self.before(ops.convert_to_tensor(x)), training=training))}

        if keras.backend.backend() == "jax":  # whose gradients read the optimizer's variables
            self.optimizer.build(self.trainable_variables)
        return self.gradients(loss, variables)[1]["loss"]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(6, 3), (4, 5, 3), (4, 6, 5, 3), (1, 4, 4, 3)])
def test_batch_normalization_equals_the_layer_of_keras(shape, training, rng):
    """Outputs, gradients and moving averages are compared after two steps on data with a mean of 3."""
    x = (rng.standard_normal(shape) * 2 + 3).astype("float32")
    w = rng.standard_normal((*shape[:-1], 4)).astype("float32")
    results = []
    for kind in (BatchNormalization, layers.BatchNormalization):
        keras.utils.set_random_seed(0)
        net = Net(kind(momentum=0.7, gamma_initializer="random_normal", beta_initializer="random_normal"), w, shape[-1])
        gradients = [net.weight_gradients(x, training) for _ in range(2)][1]
        y = net.norm(net.before(x), training=False)
        results.append([ops.convert_to_numpy(v) for v in (y, *gradients, *net.norm.non_trainable_variables)])
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=2e-3)


def test_batch_normalization_of_data_with_a_large_mean_keeps_the_variance():
    """E[x²] − E[x]², the variance of Keras on PyTorch, loses its digits when the mean is large."""
    x = 300 + np.random.default_rng(0).standard_normal((64, 8, 8, 2)).astype("float32")
    norm = BatchNormalization(momentum=0.0)
    norm(x, training=True)
    np.testing.assert_allclose(ops.convert_to_numpy(norm.moving_mean), x.mean((0, 1, 2)), rtol=1e-5)
    if keras.backend.backend() != "jax":
        np.testing.assert_allclose(ops.convert_to_numpy(norm.moving_variance), x.var((0, 1, 2)), rtol=2e-2)


@pytest.mark.parametrize("options", [{"axis": 1}, {"scale": False}, {"center": False}, {"trainable": False}])
def test_batch_normalization_with_other_options_equals_the_layer_of_keras(options, rng):
    x = rng.standard_normal((4, 6, 5, 3)).astype("float32")
    ours, theirs = BatchNormalization(**options), layers.BatchNormalization(**options)
    for training in (True, False):
        expected = ops.convert_to_numpy(theirs(x, training=training))
        np.testing.assert_allclose(ops.convert_to_numpy(ours(x, training=training)), expected, atol=1e-4)
    for one, other in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(ops.convert_to_numpy(one), ops.convert_to_numpy(other), atol=1e-5)


def test_batch_normalization_in_bfloat16_is_accurate_to_its_precision(rng):
    x = rng.standard_normal((4, 6, 5, 3)).astype("float32")
    y = BatchNormalization(dtype="mixed_bfloat16")(x, training=True)
    assert keras.backend.standardize_dtype(y.dtype) == "bfloat16"
    expected = (x - x.mean((0, 1, 2))) / np.sqrt(x.var((0, 1, 2)) + 1e-3)
    np.testing.assert_allclose(ops.convert_to_numpy(ops.cast(y, "float32")), expected, atol=0.05)


@pytest.mark.parametrize("training", [True, False])
def test_batch_normalization_of_a_map_in_bfloat16_computes_in_float32(training, rng):
    x = rng.standard_normal((4, 6, 5, 3)).astype("float32") + 3
    layer, precise = (BatchNormalization(momentum=0.7, dtype=policy) for policy in ("mixed_bfloat16", "float32"))
    rounded = ops.cast(x, "bfloat16")
    y, expected = layer(rounded, training=training), precise(ops.cast(rounded, "float32"), training=training)
    assert keras.backend.standardize_dtype(y.dtype) == "bfloat16"
    np.testing.assert_array_equal(
        *(ops.convert_to_numpy(ops.cast(ops.cast(v, "bfloat16"), "float32")) for v in (y, expected))
    )
    for one, other in zip(layer.weights, precise.weights, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(one), ops.convert_to_numpy(other))


@pytest.mark.parametrize("groups", [2, -1])
@pytest.mark.parametrize("shape", [(6, 4), (4, 5, 4), (4, 6, 5, 4), (1, 4, 4, 4)])
def test_group_normalization_equals_the_layer_of_keras(shape, groups, rng):
    x = (rng.standard_normal(shape) * 2 + 3).astype("float32")
    w = rng.standard_normal((*shape[:-1], 4)).astype("float32")
    results = []
    for kind in (GroupNormalization, layers.GroupNormalization):
        keras.utils.set_random_seed(0)
        net = Net(kind(groups, gamma_initializer="random_normal", beta_initializer="random_normal"), w, shape[-1])
        gradients = net.weight_gradients(x, True)
        results.append([ops.convert_to_numpy(v) for v in (net.norm(net.before(x)), *gradients)])
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("options", [{"axis": 1}, {"scale": False}, {"center": False}, {"dtype": "mixed_bfloat16"}])
def test_group_normalization_with_other_options_equals_the_layer_of_keras(options, rng):
    x = rng.standard_normal((4, 6, 5, 4)).astype("float32")
    ours, theirs = (kind(2, **options)(x) for kind in (GroupNormalization, layers.GroupNormalization))
    assert ours.dtype == theirs.dtype
    ours, theirs = (ops.convert_to_numpy(ops.cast(y, "float32")) for y in (ours, theirs))
    np.testing.assert_allclose(ours, theirs, atol=0.02 if "dtype" in options else 1e-5)


@pytest.mark.skipif(not LOSSY_SUMS, reason="the layer of Keras keeps the digits, and computes")
@pytest.mark.parametrize("n", [1, 12])
def test_group_normalization_of_large_maps_keeps_the_digits_of_float32(n, rng):
    x = (rng.standard_normal((n, 64, 64, 32)) + 1).astype("float32")
    groups = x.astype("float64").reshape(n, 64, 64, 8, 4)
    mean, variance = (moment((1, 2, 4), keepdims=True) for moment in (groups.mean, groups.var))
    expected = ((groups - mean) / np.sqrt(variance + 1e-3)).reshape(x.shape)
    np.testing.assert_allclose(ops.convert_to_numpy(GroupNormalization(8)(x)), expected, atol=3e-6)
