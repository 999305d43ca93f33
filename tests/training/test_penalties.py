"""Penalties of layers and shared layers: one training equals that of plain Keras models with the same networks."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from kvae.models import VAEGAN, Autoencoder
from kvae.training import Model, Phase, reports

X = np.random.default_rng(0).random((32, 8)).astype("float32")


class Pull(layers.Layer):
    """A layer that adds a loss in each call."""

    def call(self, z):
        self.add_loss(10.0 * ops.mean(ops.square(z - 3.0)))
        return z


HIDDEN = {
    "kernel_regularizer": lambda h: layers.Dense(6, activation="tanh", kernel_regularizer="l2")(h),
    "bias_regularizer": lambda h: layers.Dense(6, activation="tanh", bias_regularizer=keras.regularizers.L1(2.0))(h),
    "activity_regularizer": lambda h: layers.Dense(6, activation="tanh", activity_regularizer="l2")(h),
    "add_loss": lambda h: Pull()(layers.Dense(6, activation="tanh")(h)),
    "regularizer of a nested model": lambda h: keras.Sequential(
        [keras.Input((8,)), layers.Dense(6, kernel_regularizer="l2")]
    )(h),
}


def networks(kind):
    keras.utils.set_random_seed(0)
    x, z = keras.Input((8,)), keras.Input((2,))
    return keras.Model(x, layers.Dense(2)(HIDDEN[kind](x))), keras.Model(z, layers.Dense(8)(z))


def tied_networks():
    keras.utils.set_random_seed(0)
    tied = layers.Dense(8, use_bias=False, kernel_regularizer="l2")
    x, z = keras.Input((8,)), keras.Input((8,))
    return keras.Model(x, layers.Dense(8)(tied(x))), keras.Model(z, tied(z))


def half_squared_error(x, x_hat):
    return 0.5 * ops.sum(ops.square(x - x_hat), axis=-1)


def assert_trains_like_keras(pair):
    """The autoencoder of the networks and their composition in plain Keras have equal losses and weights."""
    ours, (encoder, decoder) = Autoencoder(*pair()), pair()
    ours.compile(keras.optimizers.SGD(1e-3))
    history = ours.fit(X, epochs=3, batch_size=8, shuffle=False, verbose=0, validation_data=X).history
    x = keras.Input((8,))
    plain = keras.Model(x, decoder(encoder(x)))
    plain.compile(keras.optimizers.SGD(1e-3), loss=half_squared_error)
    expected = plain.fit(X, X, epochs=3, batch_size=8, shuffle=False, verbose=0, validation_data=(X, X)).history
    constant = 4 * np.log(2 * np.pi)  # of the normal likelihood of 8 values
    for name in ("loss", "val_loss"):
        np.testing.assert_allclose(np.array(history[name]) - constant, expected[name], rtol=1e-5, atol=1e-5)
    for a, b in zip(ours.encoder.weights + ours.decoder.weights, encoder.weights + decoder.weights, strict=True):
        np.testing.assert_allclose(ops.convert_to_numpy(a), ops.convert_to_numpy(b), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", HIDDEN)
def test_training_with_penalties_equals_that_of_plain_keras(kind):
    assert_trains_like_keras(lambda: networks(kind))


def test_training_with_a_layer_shared_by_two_networks_equals_that_of_plain_keras():
    assert_trains_like_keras(tied_networks)


class TwoCalls(Model):
    """A model that calls its network twice in one phase, with a second player that has no penalties."""

    def __init__(self, net, other, **kwargs):
        super().__init__(**kwargs)
        self.net, self.other = net, other

    @reports("a", "b")
    def terms(self, x, training):
        return {"a": 0.0 * ops.sum(self.net(x) + self.net(2.0 * x)), "b": ops.mean(self.other(x))}

    def phases(self):
        return (Phase(self.terms, {"a": [self.net], "b": [self.other]}),)


def test_penalties_of_all_calls_of_a_network_belong_to_its_player():
    x = keras.Input((8,))
    net = keras.Model(
        x, layers.ActivityRegularization(l1=1.0)(layers.Dense(1, use_bias=False, kernel_initializer="ones")(x))
    )
    other = keras.Model(x, layers.Dense(1, use_bias=False, kernel_initializer="ones")(x))
    model = TwoCalls(net, other)
    model.compile("sgd")
    logs = model.evaluate(X, batch_size=32, verbose=0, return_dict=True)
    assert logs["a"] == pytest.approx(3 * X.sum(axis=1).mean(), rel=1e-5)  # Keras divides by the size of the batch
    assert logs["b"] == pytest.approx(X.sum(axis=1).mean(), rel=1e-5)


def test_layer_shared_by_two_players_is_updated_once_with_both_gradients():
    """By SGD its step is minus the rate times the sum of the gradients of both losses."""
    tied = layers.Dense(1, use_bias=False, kernel_initializer="ones")
    x = keras.Input((8,))

    class Shared(TwoCalls):
        @reports("a", "b")
        def terms(self, x, training):
            return {"a": ops.mean(self.net(x)), "b": 2.0 * ops.mean(self.other(x))}

    model = Shared(keras.Model(x, tied(x)), keras.Model(x, tied(x)))
    model.compile(keras.optimizers.SGD(0.1))
    model.fit(X, batch_size=32, epochs=1, verbose=0)
    expected = 1 - 0.1 * 3 * X.mean(axis=0)[:, None]
    np.testing.assert_allclose(ops.convert_to_numpy(tied.kernel), expected, rtol=1e-5)


def test_penalties_of_an_adversary_move_the_adversary_alone():
    """A strong regularizer shrinks the discriminator; encoder and decoder stay where they are without a learning rate."""
    keras.utils.set_random_seed(0)
    x, z = keras.Input((8,)), keras.Input((2,))
    h = layers.Dense(4, activation="tanh", kernel_regularizer=keras.regularizers.L2(100.0))(x)
    model = VAEGAN(
        keras.Model(x, layers.Dense(4)(x)), keras.Model(z, layers.Dense(8)(z)), keras.Model(x, [h, layers.Dense(1)(h)])
    )
    fast = keras.optimizers.SGD(1e-3)
    names = [player for phase in model.phases() for player in phase.over]
    discriminator = next(name for name in names if "discriminator" in name)
    model.compile({name: fast if name == discriminator else keras.optimizers.SGD(0.0) for name in names})
    before = [ops.convert_to_numpy(v).copy() for v in model.encoder.trainable_variables]
    kernel = np.abs(ops.convert_to_numpy(model.discriminator.trainable_variables[0])).sum()
    model.fit(X, batch_size=8, epochs=3, verbose=0)
    assert np.abs(ops.convert_to_numpy(model.discriminator.trainable_variables[0])).sum() < 0.2 * kernel
    for value, variable in zip(before, model.encoder.trainable_variables, strict=True):
        np.testing.assert_array_equal(value, ops.convert_to_numpy(variable))
