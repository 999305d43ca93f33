"""Losses that contain a gradient: known values, and derivatives of every kind of layer against differences."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from kvae import networks
from kvae.backends import input_gradient
from kvae.models.base.factors import stateless
from kvae.networks.common import normalize
from kvae.objectives import squared_gradient
from kvae.training import Model
from tests.contracts.models import settle


def test_squared_gradient_of_a_quadratic_form(rng):
    """The gradient of Σ a x² / 2 is a x."""
    x, a = rng.standard_normal((5, 2, 3)).astype("float32"), rng.standard_normal((2, 3)).astype("float32")
    found = squared_gradient(lambda x: ops.convert_to_tensor(a) * ops.square(x) / 2, ops.convert_to_tensor(x))
    np.testing.assert_allclose(ops.convert_to_numpy(found), np.square(a * x).sum((1, 2)), rtol=1e-5)


def test_input_gradient_of_a_constant_is_zero():
    x = ops.ones((2, 3))
    np.testing.assert_array_equal(ops.convert_to_numpy(input_gradient(lambda x: 0 * x, x)), np.zeros((2, 3)))


class Penalized(Model):
    """A model whose loss is the squared gradient of its network, in the mode of training."""

    def __init__(self, net, **kwargs):
        super().__init__(**kwargs)
        self.net = net

    def loss_terms(self, x, training):
        penalty = squared_gradient(lambda x: ops.tanh(stateless(self.net, x, training=True)), x)
        return {"loss": ops.mean(penalty)}


def _convolutional(normalization):
    x = keras.Input((8, 8, 2))
    h = normalize(networks.Conv2D(4, 3, 2, "same")(x), normalization)
    h = networks.Conv2DTranspose(3, 3, strides=2, padding="same")(layers.Activation("softplus")(h))
    return keras.Model(x, layers.Dense(1)(layers.Flatten()(h)))


NETWORKS = {
    "dense": lambda: networks.mlp((8, 8, 2), 1, (5,), "softplus"),
    "convolutional": lambda: _convolutional("none"),
    "batch norm": lambda: _convolutional("batch"),
    "group norm": lambda: _convolutional("group"),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_slope_of_a_squared_gradient_equals_the_norm_of_its_gradient(name, rng):
    """Along the unit vector of its gradient g the slope of the loss is |g|. Central differences in float32."""
    model = settle(Penalized(NETWORKS[name]()))
    model.compile("sgd")
    x, variables = ops.convert_to_tensor(rng.random((6, 8, 8, 2)).astype("float32")), model.trainable_variables
    _, gradients = model.gradients(lambda: model.loss_terms(x, True), {"loss": variables})
    gradients = [ops.convert_to_numpy(g) for g in gradients["loss"]]
    norm = np.sqrt(sum(np.square(g).sum() for g in gradients))
    trained = [ops.convert_to_numpy(v).copy() for v in variables]
    losses = []
    for step in (1e-2, -1e-2):
        for variable, value, gradient in zip(variables, trained, gradients, strict=True):
            variable.assign(value + step * gradient / norm)
        losses.append(float(ops.convert_to_numpy(model.loss_terms(x, True)["loss"])))
    assert norm > 1e-4
    np.testing.assert_allclose((losses[0] - losses[1]) / 2e-2, norm, rtol=1e-2)
