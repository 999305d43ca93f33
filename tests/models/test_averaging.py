"""Averaged weights of decoders, and the penalty R1 of discriminators."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from kvae.distributions import BinaryLabels
from kvae.errors import UserError
from kvae.models import IFCVAEGAN, VAEGAN
from kvae.networks import mlp
from kvae.training import checkpoint
from tests.contracts.models import MODELS, data_for, settle

DENSE = "IFCVAEGAN, R1, averaged"
AVERAGED = ["VAEGAN, spectral, averaged", DENSE]


def _compiled(name):
    keras.utils.set_random_seed(0)
    model = MODELS[name]()
    model.compile(keras.optimizers.RMSprop(1e-2))
    return model


def _step(model):
    """Train for a step and return the weights of the decoder, batch statistics included."""
    model.train_on_batch(*data_for(model, 16))
    return [weight.copy() for weight in model.decoder.get_weights()]


@pytest.mark.parametrize("name", AVERAGED)
def test_averaged_decoder_holds_the_moving_average_of_five_steps(name):
    model = _compiled(name)
    expected = _step(model)
    for _ in range(4):
        expected = [0.9 * average + 0.1 * weight for average, weight in zip(expected, _step(model), strict=True)]
    last = model.decoder.get_weights()
    for found, average, weight in zip(model.averaged_decoder.get_weights(), expected, last, strict=True):
        np.testing.assert_allclose(found, average, rtol=1e-5, atol=1e-6)
        assert np.abs(average - weight).max() > 1e-4


def test_averaged_decoder_after_resume_continues_bit_for_bit(tmp_path):
    model = _compiled(DENSE)
    for _ in range(3):
        _step(model)
    checkpoint.save(tmp_path / "state.npz", model, {})
    resumed = _compiled(DENSE)
    checkpoint.restore(tmp_path / "state.npz", resumed)
    for each in (model, resumed):
        _step(each)
    for found, expected in zip(resumed.variables, model.variables, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(found), ops.convert_to_numpy(expected))


def test_averaged_decoder_decodes_outside_of_training_alone():
    model, plain = _compiled(DENSE), MODELS[DENSE]()
    for _ in range(3):
        _step(model)
    plain.averaged_decoder.set_weights(model.averaged_decoder.get_weights())
    y = data_for(model)[1:]
    z = np.random.default_rng(0).standard_normal((6, *model.latent_shape)).astype("float32")
    np.testing.assert_allclose(model.decode(z, *y), plain.decode(z, *y), rtol=1e-6)
    tensors = [ops.convert_to_tensor(array) for array in (z, *y)]
    trained = model.observation(*tensors, training=True).mean
    assert np.abs(ops.convert_to_numpy(trained) - model.decode(z, *y)).max() > 1e-4


@pytest.mark.parametrize("name", AVERAGED)
def test_averaged_decoder_begins_as_the_decoder_and_does_not_train(name):
    model = MODELS[name]()
    for found, expected in zip(model.averaged_decoder.get_weights(), model.decoder.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert not {id(v) for v in model.averaged_decoder.weights} & {id(v) for v in model.trainable_variables}


@pytest.mark.parametrize("averaging", [0.0, 1.0, -0.5, "0.9"])
def test_averaging_outside_of_0_to_1_raises(averaging):
    with pytest.raises(UserError, match="averaging between 0 and 1"):
        VAEGAN(mlp(8, 4), mlp(2, 8), _quadratic_discriminator(True), averaging=averaging)


# ------------------------------------------------------------------ R1


def _quadratic_discriminator(features):
    """Return a discriminator of 8 values with the logit D(x) = Σ a x² / 2, whose gradient is a x."""
    x = keras.Input((8,))
    logit = layers.Dense(1, use_bias=False, kernel_initializer=lambda shape, dtype: ops.reshape(A / 2, shape))
    return keras.Model(x, [layers.Activation("linear")(x), logit(ops.square(x))] if features else logit(ops.square(x)))


A = np.linspace(-1, 2, 8).astype("float32")
DISCRIMINATED = {
    "VAEGAN": lambda r1: VAEGAN(mlp(8, 4), mlp(2, 8), _quadratic_discriminator(True), margin=None, r1=r1, seed=1),
    "IFCVAEGAN": lambda r1: IFCVAEGAN(
        _encoder(), mlp(3, 1), mlp(3, 8), mlp(2, 1), _quadratic_discriminator(False), BinaryLabels(1), r1=r1, seed=1
    ),
}


def _encoder():
    x = keras.Input((8,))
    h = layers.Dense(3)(x)
    return keras.Model(x, [layers.Dense(4)(h), h])


@pytest.mark.parametrize("name", DISCRIMINATED)
def test_r1_of_a_quadratic_discriminator_has_its_known_value(name):
    x = np.random.default_rng(0).random((16, 8)).astype("float32")
    losses = []
    for r1 in (0.0, 3.0):
        keras.utils.set_random_seed(0)
        model = DISCRIMINATED[name](r1)
        model.compile("sgd")
        data = (x, np.ones((16, 1), "uint8")) if model.labels is not None else (x,)
        losses.append(model.evaluate(*data, batch_size=16, verbose=0, return_dict=True)["discriminator"])
    np.testing.assert_allclose(losses[1] - losses[0], 1.5 * np.square(A * x).sum(axis=1).mean(), rtol=1e-5)


@pytest.mark.parametrize("name", DISCRIMINATED)
def test_r1_trains_the_discriminator_and_keeps_other_players_as_they_are(name):
    """By SGD, R1 shrinks a discriminator. It has no effect on the other players within a step."""
    weights = []
    for r1 in (0.0, 10.0):
        keras.utils.set_random_seed(0)
        model = DISCRIMINATED[name](r1)
        model.compile(keras.optimizers.SGD(1e-2))
        x = np.random.default_rng(0).random((16, 8)).astype("float32")
        model.train_on_batch(*((x, np.ones((16, 1), "uint8")) if model.labels is not None else (x,)))
        weights.append([net.get_weights() for net in model.networks().values()])
    for player, plain, penalized in zip(model.networks(), *weights, strict=True):
        same = all(np.array_equal(a, b) for a, b in zip(plain, penalized, strict=True))
        assert same == (player != "discriminator")


def test_r1_leaves_batch_statistics_as_they_are():
    """The pass of the penalty does not assign batch statistics."""
    name, statistics = "VAEGAN, convolutional, classes", []
    for r1 in (0.0, 1.0):
        keras.utils.set_random_seed(0)
        model = settle(MODELS[name]())
        model.r1 = r1
        model.compile(keras.optimizers.SGD(0.0))
        model.train_on_batch(*data_for(model, 16))
        statistics.append([ops.convert_to_numpy(v) for v in model.discriminator.non_trainable_variables])
    for plain, penalized in zip(*statistics, strict=True):
        np.testing.assert_array_equal(plain, penalized)
