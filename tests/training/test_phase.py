"""The gate of a player that starts late. `tests/contracts/test_phases.py` tests phases."""

import numpy as np
from keras import ops

from kvae.training import started
from tests.contracts.models import MODELS, batch


def test_started_is_1_once_as_many_rounds_have_passed():
    model = MODELS["Autoencoder"]()
    model.compile("sgd")
    gates = []
    for _ in range(4):
        gates.append(float(ops.convert_to_numpy(started(model, 2))))
        model.train_on_batch(batch())
    np.testing.assert_array_equal(gates, [0, 0, 1, 1])
