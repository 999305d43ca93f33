"""Callbacks that average weights after each epoch."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops


class AverageWeights(keras.callbacks.Callback):
    """A callback that sets every weight of a network to the mean of its values before and after the epoch.

        θ ← (θ_before + θ) / 2

    The mean is taken before the epoch is validated. Batch statistics are averaged in the same way.

    Args:
        network: name of the network among `model.networks()`, such as "decoder".
    """

    def __init__(self, network: str):
        super().__init__()
        self.network = network
        self._before: list[np.ndarray] | None = None

    def on_epoch_begin(self, epoch, logs=None):
        self._before = [ops.convert_to_numpy(v).copy() for v in self._weights()]

    def on_test_begin(self, logs=None):
        if self._before is None:
            return
        for variable, before in zip(self._weights(), self._before, strict=True):
            variable.assign((ops.convert_to_numpy(variable) + before) / 2)
        self._before = None

    def on_epoch_end(self, epoch, logs=None):
        self.on_test_begin()  # does nothing if validation has averaged already

    def _weights(self) -> list[keras.Variable]:
        return _floats(self.model.networks()[self.network])


class AverageCopies(keras.callbacks.Callback):
    """A callback that averages a network and its C copies, which are trained separately, after each epoch.

        at the start of an epoch:  θ_c ← θ          at its end:  θ, θ_c ← (θ + Σ_c θ_c) / (1 + C)

    The mean is taken before the epoch is validated. Batch statistics are averaged in the same way. The moments of the
    optimizers are not averaged.

    Args:
        network: the network.
        copies: networks of the same architecture.
    """

    def __init__(self, network: keras.Model, copies: Sequence[keras.Model]):
        super().__init__()
        self.networks = [network, *copies]

    def on_epoch_begin(self, epoch, logs=None):
        for variables in self._weights():
            _assign(variables, ops.convert_to_numpy(variables[0]))

    def on_test_begin(self, logs=None):
        for variables in self._weights():
            _assign(variables, np.mean([ops.convert_to_numpy(v).astype("float32") for v in variables], axis=0))

    def on_epoch_end(self, epoch, logs=None):
        self.on_test_begin()  # changes nothing if validation has averaged already

    def _weights(self):
        """Return tuples of corresponding weights: that of the network, then those of its copies."""
        return zip(*map(_floats, self.networks), strict=True)


def _floats(network) -> list[keras.Variable]:
    return [v for v in network.weights if "float" in keras.backend.standardize_dtype(v.dtype)]


def _assign(variables, value) -> None:
    for variable in variables:
        variable.assign(value)
