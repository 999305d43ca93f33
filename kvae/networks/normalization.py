"""Batch norm that uses a backend's fused function."""

import keras
from keras import layers, ops

from kvae.backends import batch_norm


@keras.saving.register_keras_serializable("kvae")
class BatchNormalization(layers.BatchNormalization):
    """A `keras.layers.BatchNormalization` that is computed in one pass over the map if the backend has a function for it.

        y = γ (x − μ) / √(σ² + ε) + β

    μ and σ² are mean and variance of the batch in training, and their moving averages otherwise. Keras composes batch
    norm of a mean, a mean of squares and four more operations. Each reads and writes the whole map, which takes most of
    the training time of a convolutional network on a CPU.
    """

    def call(self, inputs, training=None, mask=None):
        plain = mask is None and self._is_plain()
        known = keras.backend.standardize_dtype(inputs.dtype) in ("float32", "bfloat16")
        if batch_norm is None or not plain or not known:
            return super().call(inputs, training=training, mask=mask)
        inputs = ops.cast(inputs, "float32")  # as in Keras: a mean of many values needs more digits than bfloat16 has
        uses_batch = training and self.trainable
        given = (None, None) if uses_batch else (self.moving_mean, self.moving_variance)
        y, *statistics = batch_norm(inputs, self.gamma, self.beta, *given, self.epsilon)
        if uses_batch:
            for moving, new in zip((self.moving_mean, self.moving_variance), statistics, strict=True):
                moving.assign(moving * self.momentum + new * (1 - self.momentum))
        return ops.cast(y, self.compute_dtype)

    def _is_plain(self) -> bool:
        """Return True if the layer has no option that the fused function lacks."""
        last = self.axis in (-1, self.input_spec.ndim - 1)
        return last and self.scale and self.center and not self.synchronized and not self.renorm
