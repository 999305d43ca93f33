"""The fast form of batch norm is batch norm."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from kvae.backends import Backend
from kvae.networks import BatchNormalization


class Net(Backend, keras.Model):
    """A dense layer and a batch norm behind it, with the loss Σ w · y, whose gradients are looked at."""

    def __init__(self, norm, w, features):
        super().__init__()
        self.before, self.norm, self.w = layers.Dense(w.shape[-1], use_bias=False), norm, ops.convert_to_tensor(w)
        self.before.build((None, features))
        self.norm.build(w.shape)
        self.compile("sgd")

    def slopes(self, x, training):
        variables = {"loss": [*self.before.trainable_variables, *self.norm.trainable_variables]}

        def loss():
            return {"loss": ops.sum(self.w * self.norm(self.before(ops.convert_to_tensor(x)), training=training))}

        if keras.backend.backend() == "jax":  # whose gradients are taken within a step
            self.optimizer.build(self.trainable_variables)
        return self.gradients(loss, variables)[1]["loss"]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(6, 3), (4, 5, 3), (4, 6, 5, 3), (1, 4, 4, 3)])
def test_equals_the_layer_of_keras(shape, training, rng):
    """Outputs, gradients and moving averages, after two steps of data that are not centred."""
    x = (rng.standard_normal(shape) * 2 + 3).astype("float32")
    w = rng.standard_normal((*shape[:-1], 4)).astype("float32")
    found = []
    for kind in (BatchNormalization, layers.BatchNormalization):
        keras.utils.set_random_seed(0)
        net = Net(kind(momentum=0.7, gamma_initializer="random_normal", beta_initializer="random_normal"), w, shape[-1])
        gradients = [net.slopes(x, training) for _ in range(2)][1]
        y = net.norm(net.before(x), training=False)
        found.append([ops.convert_to_numpy(v) for v in (y, *gradients, *net.norm.non_trainable_variables)])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=2e-3)


def test_statistics_are_right_where_the_mean_is_large():
    """E[x²] − E[x]², as Keras computes a variance on PyTorch, would lose it beside such a mean."""
    x = 300 + np.random.default_rng(0).standard_normal((64, 8, 8, 2)).astype("float32")
    norm = BatchNormalization(momentum=0.0)
    norm(x, training=True)
    np.testing.assert_allclose(ops.convert_to_numpy(norm.moving_mean), x.mean((0, 1, 2)), rtol=1e-5)
    if keras.backend.backend() != "jax":
        np.testing.assert_allclose(ops.convert_to_numpy(norm.moving_variance), x.var((0, 1, 2)), rtol=2e-2)


@pytest.mark.parametrize("options", [{"axis": 1}, {"scale": False}, {"center": False}, {"trainable": False}])
def test_other_settings_are_those_of_keras(options, rng):
    x = rng.standard_normal((4, 6, 5, 3)).astype("float32")
    ours, theirs = BatchNormalization(**options), layers.BatchNormalization(**options)
    for training in (True, False):
        expected = ops.convert_to_numpy(theirs(x, training=training))
        np.testing.assert_allclose(ops.convert_to_numpy(ours(x, training=training)), expected, atol=1e-4)
    for mine, other in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(ops.convert_to_numpy(mine), ops.convert_to_numpy(other), atol=1e-5)


def test_bfloat16_stays_within_its_precision(rng):
    x = rng.standard_normal((4, 6, 5, 3)).astype("float32")
    y = BatchNormalization(dtype="mixed_bfloat16")(x, training=True)
    assert keras.backend.standardize_dtype(y.dtype) == "bfloat16"
    expected = (x - x.mean((0, 1, 2))) / np.sqrt(x.var((0, 1, 2)) + 1e-3)
    np.testing.assert_allclose(ops.convert_to_numpy(ops.cast(y, "float32")), expected, atol=0.05)
