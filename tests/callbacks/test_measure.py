"""State that a model measures on training data."""

import keras
import numpy as np
from keras import ops

from kvae.callbacks import AverageWeights, Measure
from kvae.recipes.callbacks import learning_callbacks
from kvae.training import Batches
from kvae.zoo import Training
from tests.contracts.models import MODELS, SHAPE


def _data():
    x = np.random.default_rng(0).integers(0, 256, (12, *SHAPE), "uint8")
    return Batches(x, batch_size=4, labels=np.arange(12) % 2)


def _expected(model, data):
    return [model.encode(data.take(np.flatnonzero(data.labels == domain))).mean(axis=0) for domain in range(2)]


def test_means_are_those_of_the_present_weights_before_training_and_after_each_epoch():
    model, data, differences = MODELS["StyleTransferVAE"](), _data(), []

    def compare(*arguments):
        differences.append(np.abs(ops.convert_to_numpy(model.means) - _expected(model, data)).max())

    model.compile(keras.optimizers.Adam(1e-2))
    compared = keras.callbacks.LambdaCallback(on_train_begin=compare, on_epoch_end=compare)
    model.fit(data, epochs=2, callbacks=[Measure(data), compared], shuffle=False, verbose=0)
    assert len(differences) == 3
    assert max(differences) < 1e-6


def test_state_is_measured_after_the_callbacks_of_a_recipe_have_changed_weights():
    callbacks = learning_callbacks(Training(1, 4, callbacks=[AverageWeights("decoder")]), _data(), {})
    assert isinstance(callbacks[-1], Measure)


def test_models_without_measured_state_train_as_before():
    model, data = MODELS["VAE"](), _data()
    model.compile("sgd")
    assert model.fit(data, callbacks=[Measure(data)], shuffle=False, verbose=0).history["loss"]
