"""Bounds from importance-weighted samples of the posterior. Everything in nats."""

import math

from keras import ops

from kvae.objectives.batch import batch_mean


def importance_bound(log_w):
    """log 1/K Σ_k w_k for each example, a bound on log p(x) that rises with K (Burda et al. 2016, eq. 8).

    `log_w` (K, B) holds log p(x, z_k) − log q(z_k|x) for z_k ~ q(z|x); returns (B,). With K = 1 it is one sample of the
    ELBO.
    """
    return ops.logsumexp(log_w, axis=0) - math.log(log_w.shape[0])


def doubly_reparameterized(log_w, log_w_path):
    """Losses whose gradients are those of −L_K for the generative nets and, with less variance, for the inference nets.

        decoder: −Σ_k w̃_k log w_k          encoder: −Σ_k w̃_k² log w_k      (Tucker et al. 2019, eq. 8)

    with the normalised weights w̃ held fixed. `log_w_path` (K, B) equals `log_w` in value, but lets the parameters of q
    act through the samples alone, not through the density: log p(x, z_k(φ)) − log q_stopped(z_k(φ)|x). Returns the two
    losses, means over the batch.
    """
    weights = ops.stop_gradient(ops.softmax(log_w, axis=0))
    decoder = -batch_mean(ops.sum(weights * log_w, axis=0))
    encoder = -batch_mean(ops.sum(ops.square(weights) * log_w_path, axis=0))
    return encoder, decoder
