"""Weights that are averaged after each epoch."""

import keras
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
        weights = getattr(self.model, self.net).weights
        return [v for v in weights if "float" in keras.backend.standardize_dtype(v.dtype)]
