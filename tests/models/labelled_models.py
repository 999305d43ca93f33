"""Helpers of the tests of labelled models."""

import numpy as np
import pytest
from keras import ops

from kvae.distributions import BinaryLabels
from tests.contracts.models import MODELS, settle

COND, CS = "CondVAE", "CSVAE"

BOTH_CLASSES = pytest.mark.parametrize("name", [COND, CS])
"""A decorator that runs a test for one CondVAE and one CSVAE."""

EVERY_INSTANCE = pytest.mark.parametrize("name", [name for name in MODELS if name.split(",")[0] in (COND, CS)])
"""A decorator that runs a test for every CondVAE and CSVAE of `MODELS`."""


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def scalars(terms):
    return {name: float(numpy(value)) for name, value in terms.items()}


def tensors(data):
    return tuple(map(ops.convert_to_tensor, data))


def model_of(name):
    """Return a model with weights of moderate size."""
    model = MODELS[name]()
    settle(model)
    return model


def others(model, y):
    """Return labels that differ from those of `y` for each example."""
    return 1 - y if isinstance(model.labels, BinaryLabels) else (y + 1) % model.labels.classes
