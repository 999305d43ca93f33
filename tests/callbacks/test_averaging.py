"""Averages of weights over an epoch."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.callbacks import AverageCopies, AverageWeights
from kvae.networks import mlp
from tests.contracts.models import MODELS, batch


@pytest.mark.parametrize("validation", [True, False])
def test_average_weights_halves_the_step_of_an_epoch(validation):
    """An autoencoder draws no random numbers, so that two trainings make the same step."""
    x, weights, seen = batch(4), {}, []
    options = {"validation_data": (x,)} if validation else {}
    for name in ("start", "plain", "averaged"):
        keras.utils.set_random_seed(0)
        model = MODELS["Autoencoder"]()
        model.compile(keras.optimizers.SGD(1e-2))
        record = keras.callbacks.LambdaCallback(on_test_end=lambda logs, m=model: seen.append(_weights(m)))
        callbacks = [AverageWeights("decoder"), record] if name == "averaged" else []
        if name != "start":
            model.fit(x, batch_size=4, verbose=0, callbacks=callbacks, **options)
        weights[name] = _weights(model)
    for start, plain, averaged in zip(*weights.values(), strict=True):
        np.testing.assert_allclose(averaged, (start + plain) / 2, atol=1e-7)
    assert len(seen) == validation
    for a, b in zip(*seen, weights["averaged"], strict=True) if seen else ():
        np.testing.assert_array_equal(a, b)


def _weights(model):
    return [ops.convert_to_numpy(v).copy() for v in model.decoder.weights]


def test_average_copies_start_equal_and_end_at_their_mean():
    networks = [mlp(2, 3, name=f"network_{i}") for i in range(3)]
    average = AverageCopies(networks[0], networks[1:])
    first = [ops.convert_to_numpy(v).copy() for v in networks[0].weights]
    average.on_epoch_begin(0)
    for i, network in enumerate(networks):
        for variable, start in zip(network.weights, first, strict=True):
            np.testing.assert_array_equal(ops.convert_to_numpy(variable), start)
            variable.assign(start + i)
    average.on_test_begin()
    average.on_epoch_end(0)
    for network in networks:
        for variable, start in zip(network.weights, first, strict=True):
            np.testing.assert_allclose(ops.convert_to_numpy(variable), start + 1, rtol=1e-6)
