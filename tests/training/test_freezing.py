"""Networks that keep their weights in training."""

import numpy as np
import pytest
from keras import ops

from kvae.errors import UserError
from kvae.training import freeze
from tests.contracts.models import MODELS, batch


def test_frozen_network_keeps_its_weights_and_batch_statistics():
    model = MODELS["VAE, convolutional"]()
    freeze(model, ["encoder"])
    model.compile("adam")
    before = [ops.convert_to_numpy(variable).copy() for variable in model.variables]
    model.fit(batch(), verbose=0)
    kept = {id(variable) for variable in model.encoder.variables}
    for variable, old in zip(model.variables, before, strict=True):
        assert np.array_equal(ops.convert_to_numpy(variable), old) or id(variable) not in kept
    assert any(
        (ops.convert_to_numpy(variable) != old).any() for variable, old in zip(model.variables, before, strict=True)
    )


def test_freeze_of_an_unknown_network_raises():
    with pytest.raises(UserError, match=r"Expected networks of VAE: encoder, decoder. Received: freeze=\['critic'\]"):
        freeze(MODELS["VAE"](), ["critic"])
