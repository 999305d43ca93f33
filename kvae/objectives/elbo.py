"""The evidence lower bound and its two sides. Everything in nats, a mean over the batch."""

from keras import ops

from kvae.distributions import kl, kl_per_unit
from kvae.objectives.batch import batch_mean


def negative_elbo(x, qz, pz, px, beta=1.0, free_bits: float = 0.0) -> dict:
    """The terms of the β-ELBO of one sample z ~ q(z|x):

        distortion = −E_q[log p(x|z)]        rate = KL(q(z|x) ‖ p(z))
        loss = distortion + β · rate          elbo = −distortion − rate

    `beta` scales the rate against a log-likelihood that is summed over every dimension of x; β = 1 is the evidence lower
    bound (Kingma and Welling 2014, eq. 3), other values a different trade of rate for distortion (Higgins et al. 2017,
    eq. 4). `elbo` is always the bound, whatever β is. With `free_bits` = λ > 0 the loss holds Σ_j max(λ, mean_x KL_j) in
    place of the rate: no latent unit gains by falling under λ nats (Kingma et al. 2016, eq. 15, groups of one unit).

    `qz` (B, D), `px` over (B, …); each term is a scalar.
    """
    distortion = -batch_mean(px.log_prob(x))
    rate = batch_mean(kl(qz, pz))
    # (B, D) -> (D,) -> ()
    penalty = ops.sum(free_bits + ops.relu(batch_mean(kl_per_unit(qz, pz)) - free_bits)) if free_bits else rate
    return {
        "loss": distortion + beta * penalty,
        "rate": rate,
        "distortion": distortion,
        "elbo": -distortion - rate,
    }
