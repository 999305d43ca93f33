"""Implementations on TensorFlow of the operations that are slow on one of the backends."""

import tensorflow as tf

LOSSY_SUMS = True
"""True if the sum of many values loses digits of float32: for some shapes they are added one after another."""


def softplus(x):
    """Return log(1 + eˣ)."""
    return tf.math.softplus(x)


def batch_norm(x, gamma, beta, mean, variance, epsilon: float):
    """Return γ (x − μ) / √(σ² + ε) + β, in the shape of x, and the statistics μ and σ² of each channel (the last axis).

    The statistics are `mean` and `variance`. If these are None, they are computed from the batch, with the divisor n.
    """
    training = mean is None
    h = x if len(x.shape) == 4 else tf.reshape(x, (-1, 1, 1, x.shape[-1]))
    statistics = (tf.zeros(0), tf.zeros(0)) if training else (mean, variance)
    scale, offset, *statistics = (tf.convert_to_tensor(v) for v in (gamma, beta, *statistics))
    y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=h,
        scale=scale,
        offset=offset,
        mean=statistics[0],
        variance=statistics[1],
        epsilon=epsilon,
        is_training=training,
    )
    if training:  # the kernel returns the unbiased variance, with the divisor n − 1
        n = tf.cast(tf.size(h) // h.shape[-1], variance.dtype)
        variance = variance * (n - 1) / n
    return tf.reshape(y, tf.shape(x)), tf.stop_gradient(mean), tf.stop_gradient(variance)
