"""Batch norm that uses a backend's fused function, and group norm that keeps the digits of float32."""

import keras
from keras import layers, ops

from kvae.backends import LOSSY_SUMS, batch_norm


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


@keras.saving.register_keras_serializable("kvae")
class GroupNormalization(layers.GroupNormalization):
    """A `keras.layers.GroupNormalization` whose mean and variance keep the digits of float32 for maps of any size.

    Keras computes the moments of all values of a group at once. TensorFlow, PyTorch and onnxruntime add them one after
    another, TensorFlow only for some shapes, such as one image. The error of 16,384 values is then 1e-5 instead of 1e-7. The
    moments μ_i and σ_i² of each row of a map are therefore combined:

        μ = mean_i μ_i,  σ² = mean_i (σ_i² + (μ_i − μ)²)
    """

    def call(self, inputs):
        if not LOSSY_SUMS or len(inputs.shape) != 4 or self.axis not in (-1, 3):
            return super().call(inputs)
        per_group = (self.groups, inputs.shape[-1] // self.groups)
        x = ops.cast(inputs, keras.backend.result_type(inputs.dtype, "float32"))  # as in Keras
        x = ops.reshape(x, (-1, *ops.shape(inputs)[1:3], *per_group))  # (B, H, W, C) -> (B, H, W, groups, C / groups)
        row_mean, row_variance = ops.moments(x, axes=(2, 4), keepdims=True)
        mean = ops.mean(row_mean, axis=1, keepdims=True)
        variance = ops.mean(row_variance + ops.square(row_mean - mean), axis=1, keepdims=True)
        scale = ops.rsqrt(variance + self.epsilon)
        if self.scale:
            scale = scale * ops.cast(ops.reshape(self.gamma, per_group), x.dtype)
        offset = -mean * scale
        if self.center:
            offset = offset + ops.cast(ops.reshape(self.beta, per_group), x.dtype)
        return ops.cast(ops.reshape(x * scale + offset, ops.shape(inputs)), self.compute_dtype)
