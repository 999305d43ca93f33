"""Distances between feature maps or images that some models minimise next to the likelihood, or instead of it.

The usual reconstruction loss, squared error or cross-entropy, is −log p(x|z): see `kvae.distributions.likelihoods`.
"""

from keras import ops

from kvae.distributions.base import promote
from kvae.objectives.batch import batch_mean


def half_squared_error(a, b):
    """Return ½ Σ (a − b)² of each example, over all axes but the first: (B, …) -> (B,)."""
    a, b = promote(a, b)
    return 0.5 * ops.sum(ops.square(a - b), axis=tuple(range(1, len(a.shape))))


def feature_error(f, f_hat):
    """Return ½ mean (f − f̂)² of feature maps (B, …), a scalar: the mean is over map and batch (Hou et al. 2017, eq. 3)."""
    f, f_hat = promote(f, f_hat)
    return 0.5 * batch_mean(ops.mean(ops.square(f - f_hat), axis=tuple(range(1, len(f.shape)))))


def pixel_cross_entropy(x, x_hat):
    """Return −Σ (x log x̂ + (1 − x) log(1 − x̂)) of each example, for values in [0, 1]: (B, …) -> (B,), in nats."""
    x, x_hat = promote(x, x_hat)
    return ops.sum(ops.binary_crossentropy(x, x_hat), axis=tuple(range(1, len(x_hat.shape))))


def absolute_error(a, b):
    """Return mean |a − b| of images (B, …), a scalar: the mean is over values and batch."""
    a, b = promote(a, b)
    return batch_mean(ops.mean(ops.abs(a - b), axis=tuple(range(1, len(a.shape)))))


def perceptual_error(f, f_hat):
    """Return mean Σ_c (f_c / ‖f‖ − f̂_c / ‖f̂‖)² of feature maps (B, …, C), a scalar: the mean is over places and batch.

    The norms are over the channels of a place. It is LPIPS (Zhang et al. 2018, eq. 1) without learnt weights.
    """
    f, f_hat = (
        each * ops.rsqrt(ops.sum(ops.square(each), axis=-1, keepdims=True) + 1e-10) for each in promote(f, f_hat)
    )
    error = ops.sum(ops.square(f - f_hat), axis=-1)  # (B, …, C) -> (B, …)
    return batch_mean(ops.mean(error, axis=tuple(range(1, len(error.shape)))))
