"""Schedules of learning rates."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.callbacks import DecayLearningRate
from kvae.errors import UserError
from kvae.training.schedules import Constant, Stages
from tests.callbacks.training import fit
from tests.contracts.models import MODELS, data_for


def test_decay_learning_rate_multiplies_the_rate_of_each_epoch(vae):
    history = fit(vae, DecayLearningRate(Stages({0: 1.0, 2: 0.1})))
    np.testing.assert_allclose(history["learning_rate"], [1e-3, 1e-3, 1e-4, 1e-4], rtol=1e-5)


def test_decay_learning_rate_to_zero_changes_no_weight(vae):
    before = [ops.convert_to_numpy(v).copy() for v in vae.trainable_variables]
    fit(vae, DecayLearningRate(Constant(0.0)))
    for a, b in zip(before, vae.trainable_variables, strict=True):
        np.testing.assert_array_equal(a, ops.convert_to_numpy(b))


def test_decay_learning_rate_of_one_player_leaves_the_others():
    model = MODELS["CSVAE"]()
    model.compile(keras.optimizers.Adam(1e-3))
    data = data_for(model, 16)
    decay = DecayLearningRate({"loss": Stages({0: 1.0, 1: 0.1})})
    history = model.fit(*data, epochs=2, callbacks=[decay], verbose=0).history
    np.testing.assert_allclose(history["learning_rate/loss"], [1e-3, 1e-4], rtol=1e-5)
    np.testing.assert_allclose(history["learning_rate/adversary"], [1e-3, 1e-3], rtol=1e-5)
    with pytest.raises(UserError, match=r"players: adversary, loss. Received: \['referee'\]|players: loss, adversary"):
        model.fit(*data, callbacks=[DecayLearningRate({"referee": Constant(1.0)})], verbose=0)


def test_decay_learning_rate_of_a_keras_schedule_is_refused(vae):
    vae.compile(keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(1e-3, 10, 0.9)))
    with pytest.raises(UserError, match="either this schedule or DecayLearningRate"):
        fit(vae, DecayLearningRate(Constant(1.0)))
