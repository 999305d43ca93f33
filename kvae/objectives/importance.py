"""Bounds from weighted samples of the posterior, w_k = p(x, z_k) / q(z_k|x), in nats.

The arguments are log p(x|z_k) and log p(z_k) − log q(z_k|x), (K, B) each. Their sum is log w_k.
"""

import math

from keras import ops

from kvae.objectives.batch import batch_mean


def log_mean_weight(log_w):
    """Return log 1/K Σ_k w_k for each example, (K, B) -> (B,). Its expectation is a bound on log p(x) that rises with K."""
    return ops.logsumexp(log_w, axis=0) - math.log(log_w.shape[0])


def sampled_negative_elbo(log_px, log_ratio) -> dict:
    """Return the terms of the ELBO, estimated from K samples:

        loss = −1/K Σ_k log w_k = distortion + rate          elbo = −loss

    as means over the batch (Burda et al. 2016, eq. 3).
    """
    rate = -batch_mean(ops.mean(log_ratio, axis=0))
    distortion = -batch_mean(ops.mean(log_px, axis=0))
    return {"loss": distortion + rate, "rate": rate, "distortion": distortion, "elbo": -distortion - rate}


def importance_bound(log_px, log_ratio) -> dict:
    """Return the terms of the importance-weighted bound of K samples (Burda et al. 2016, eq. 8):

        loss = −L_K = −log 1/K Σ_k w_k

    as a mean over the batch, together with the ELBO and its two terms on the same samples. The gradient of the loss is
    that of −Σ_k w̃_k log w_k with the normalised weights w̃ held fixed (eq. 14). Samples with larger weights contribute more
    to it. With K = 1 the loss is −elbo.
    """
    return {**sampled_negative_elbo(log_px, log_ratio), "loss": -batch_mean(log_mean_weight(log_px + log_ratio))}


def doubly_reparameterized(log_w, log_w_path) -> dict:
    """Return losses whose gradients are estimates of that of −L_K, with less variance for the encoder:

        decoder = −Σ_k w̃_k log w_k          encoder = −Σ_k w̃_k² log w_k      (Tucker et al. 2019, eq. 8)

    with the normalised weights w̃ held fixed, as means over the batch. `log_w_path` (K, B) has the values of `log_w`. Its
    gradient with respect to the parameters φ of q flows only through the samples: log p(x, z_k(φ)) − log q(z_k(φ)|x), where
    the parameters of the second q are held fixed. Only the gradients of these surrogate losses are meaningful, not their
    values.
    """
    weights = ops.stop_gradient(ops.softmax(log_w, axis=0))
    return {
        "encoder": -batch_mean(ops.sum(ops.square(weights) * log_w_path, axis=0)),
        "decoder": -batch_mean(ops.sum(weights * log_w, axis=0)),
    }
