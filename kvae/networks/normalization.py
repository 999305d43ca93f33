"""Batch norm in the form that a backend computes fast."""

import keras
from keras import layers

from kvae.backends import batch_norm


@keras.saving.register_keras_serializable("kvae")
class BatchNormalization(layers.BatchNormalization):
    """`keras.layers.BatchNormalization` of the last axis, in one pass over the map where a backend has such a function.

        y = γ (x − μ) / √(σ² + ε) + β

    with mean and variance of the batch in training, and their moving averages otherwise. Keras composes it of a mean, a mean
    of squares and four more operations, each of which reads and writes the whole map: the larger part of the time that
    a convolutional net takes to train on a processor.
    """

    def call(self, inputs, training=None, mask=None):
        plain = batch_norm is not None and mask is None and self._is_plain()
        if not plain or keras.backend.standardize_dtype(inputs.dtype) != "float32":
            return super().call(inputs, training=training, mask=mask)
        learns = training and self.trainable
        seen = (None, None) if learns else (self.moving_mean, self.moving_variance)
        y, *statistics = batch_norm(inputs, self.gamma, self.beta, *seen, self.epsilon)
        if learns:
            for moving, new in zip((self.moving_mean, self.moving_variance), statistics, strict=True):
                moving.assign(moving * self.momentum + new * (1 - self.momentum))
        return y

    def _is_plain(self) -> bool:
        last = self.axis in (-1, self.input_spec.ndim - 1)
        return last and self.scale and self.center and not self.synchronized and not self.renorm
