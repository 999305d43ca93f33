"""The evidence lower bound and its two terms, in nats, as means over the batch."""

from keras import ops

from kvae.objectives.batch import batch_mean


def negative_elbo(log_px, rate, beta=1.0, penalty=None) -> dict:
    """Return the loss of the β-VAE and the terms of the ELBO:

        distortion = −E_q[log p(x|z)]        rate = KL(q(z|x) ‖ p(z))
        loss = distortion + β · rate          elbo = −distortion − rate

    `beta` scales the rate against a log-likelihood that is summed over all dimensions of x. β = 1 is the evidence lower
    bound (Kingma and Welling 2014, eq. 3); other values trade rate for distortion differently (Higgins et al. 2017, eq.
    4). `elbo` is always the bound, whatever β is.

    Args:
        log_px: log p(x|z) of one sample z ~ q(z|x) for each example: (B,).
        rate: KL(q(z|x) ‖ p(z)) of each example: (B,).
        beta: β.
        penalty: a scalar that takes the place of the rate in the loss, such as `free_bits_penalty`.
    """
    distortion, rate = -batch_mean(log_px), batch_mean(rate)
    return {
        "loss": distortion + beta * (rate if penalty is None else penalty),
        "rate": rate,
        "distortion": distortion,
        "elbo": -distortion - rate,
    }


def free_bits_penalty(rates, free_bits: float):
    """Return Σ_j max(λ, mean_x KL_j), with λ = `free_bits` nats (Kingma et al. 2016, eq. 15, with groups of one unit).

    The loss does not decrease if the KL of a latent unit falls below λ. `rates` are the KL of each unit, (B, *latent).
    """
    return ops.sum(free_bits + ops.relu(batch_mean(rates) - free_bits))
