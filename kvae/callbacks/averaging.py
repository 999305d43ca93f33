"""Weights that are averaged after each epoch."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops


class AverageWeights(keras.callbacks.Callback):
    """After each epoch, before it is validated, every weight of a net is the mean of what it is and what it was before it.

        θ ← (θ_before + θ) / 2

    Batch statistics are averaged alike. `net` is the name of the model's attribute.
    """

    def __init__(self, net: str):
        super().__init__()
        self.net = net
        self._before = None

    def on_epoch_begin(self, epoch, logs=None):
        self._before = [ops.convert_to_numpy(v).copy() for v in self._weights()]

    def on_test_begin(self, logs=None):
        if self._before is None:
            return
        for variable, before in zip(self._weights(), self._before, strict=True):
            variable.assign((ops.convert_to_numpy(variable) + before) / 2)
        self._before = None

    def on_epoch_end(self, epoch, logs=None):
        self.on_test_begin()  # of a fit without validation

    def _weights(self):
        return _floats(getattr(self.model, self.net))


class AverageCopies(keras.callbacks.Callback):
    """Copies of a net begin each epoch as the net; after it, before it is validated, net and copies are their mean.

        θ_c ← θ          θ ← (θ + Σ_c θ_c) / (1 + C)

    The net is one of those that learn. Batch statistics are averaged alike; each copy keeps the moments of its own
    optimizer. `net` and `copies` are names of the model's attributes, a net and {name: net}.
    """

    def __init__(self, net: keras.Model, copies: Sequence[keras.Model]):
        super().__init__()
        self.nets = [net, *copies]

    def on_epoch_begin(self, epoch, logs=None):
        for same in self._weights():
            _assign(same, ops.convert_to_numpy(same[0]))

    def on_test_begin(self, logs=None):
        for same in self._weights():
            _assign(same, np.mean([ops.convert_to_numpy(v).astype("float32") for v in same], axis=0))

    def on_epoch_end(self, epoch, logs=None):
        self.on_test_begin()  # of a fit without validation: a second mean changes nothing

    def _weights(self):
        """Every weight of the net, with the same of its copies behind it."""
        return zip(*map(_floats, self.nets), strict=True)


def _floats(net) -> list[keras.Variable]:
    return [v for v in net.weights if "float" in keras.backend.standardize_dtype(v.dtype)]


def _assign(variables, value) -> None:
    for variable in variables:
        variable.assign(value)
