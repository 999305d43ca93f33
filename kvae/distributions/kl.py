"""The Kullback-Leibler divergence, in closed form if a pair of distributions has one, otherwise estimated from samples."""

from keras import ops

from kvae.distributions.base import promote
from kvae.distributions.bernoulli import Bernoulli
from kvae.distributions.categorical import Categorical
from kvae.distributions.fast import sum_event
from kvae.distributions.joint import Joint
from kvae.distributions.laplace import Laplace, distance
from kvae.distributions.multivariate_normal import MultivariateNormal, kl_from_diagonal
from kvae.distributions.normal import Normal
from kvae.errors import UserError


def kl(q, p):
    """Return KL(q ‖ p) = E_q[log q(x) − log p(x)] in nats, summed over the event of q: shape (batch,).

    Args:
        q: A distribution.
        p: A distribution whose parameters broadcast against those of q.

    Raises:
        UserError: The KL of the pair has no closed form. `sample_with_kl` estimates it.
    """
    if isinstance(q, Joint) and isinstance(p, Joint):
        return kl(q.first, p.first) + kl(q.second, p.second)
    kl_of_event = KL_OF_EVENT.get((type(q), type(p)))
    return kl_of_event(q, p) if kl_of_event else sum_event(kl_per_unit(q, p), q.event)


def kl_per_unit(q, p):
    """Return KL(q ‖ p) in nats of each unit, before the sum over the event: shape batch + event.

    The arguments and errors are those of `kl`. Measures of posterior collapse and free bits need the KL of each unit.
    """
    pair = type(q), type(p)
    if pair not in KL_OF_UNIT:
        known = ", ".join(f"{a.__name__} ‖ {b.__name__}" for a, b in KL_OF_UNIT)
        raise UserError(
            f"Expected a pair of distributions whose KL has a closed form: {known}. "
            f"Received: {type(q).__name__} ‖ {type(p).__name__}. "
            "Estimate it from samples: sample_with_kl(q, p, seed, (n,))."
        )
    return KL_OF_UNIT[pair](q, p)


def has_closed_form(q, p) -> bool:
    """Return True if `kl(q, p)` has a closed form."""
    if isinstance(q, Joint) and isinstance(p, Joint):
        return has_closed_form(q.first, p.first) and has_closed_form(q.second, p.second)
    return (type(q), type(p)) in {*KL_OF_UNIT, *KL_OF_EVENT}


def sample_with_kl(q, p, seed, shape=()):
    """Return draws x ~ q of shape `shape` + batch + event, and KL(q ‖ p) in nats, of shape (batch,).

    The KL is computed in closed form if the pair has one. Otherwise it is estimated from the same draws:

        KL(q ‖ p) ≈ 1/K Σ_k log q(x_k) − log p(x_k)

    with K the number of draws per example. The gradient of this estimate with respect to the parameters of q flows through
    the draws.
    """
    if has_closed_form(q, p):
        return q.sample(seed, shape), kl(q, p)
    x, log_q = q.sample_and_log_prob(seed, shape)
    ratio = log_q - p.log_prob(x)  # shape + batch
    return x, ops.mean(ratio, axis=tuple(range(len(shape)))) if shape else ratio


def _normal(q, p):
    """Return ½ ((μ_q − μ_p) / σ_p)² + ½ (ρ² − 1) − log ρ, with ρ = σ_q / σ_p (Kingma and Welling 2014, appendix B)."""
    mean, log_scale, p_mean, p_log_scale = promote(q.loc, q.log_scale, p.loc, p.log_scale)
    log_ratio = log_scale - p_log_scale
    return 0.5 * ops.square((mean - p_mean) * ops.exp(-p_log_scale)) + 0.5 * ops.expm1(2 * log_ratio) - log_ratio


def _laplace(q, p):
    """Return (|Δ| + b_q exp(−|Δ| / b_q)) / b_p − 1 − log(b_q / b_p), with Δ = μ_q − μ_p (Gil et al. 2013)."""
    loc, log_scale, p_loc, p_log_scale = promote(q.loc, q.log_scale, p.loc, p.log_scale)
    gap, log_ratio = distance(loc, p_loc), log_scale - p_log_scale
    shift = gap * ops.exp(-p_log_scale) + ops.exp(log_ratio) * ops.expm1(-gap * ops.exp(-log_scale))
    return shift + ops.expm1(log_ratio) - log_ratio


def _bernoulli(q, p):
    """Return q log(q / p) + (1 − q) log((1 − q) / (1 − p)).

    The logarithms are computed from the logits, because small probabilities would round to 0.
    """
    logits, p_logits = promote(q.logits, p.logits)
    one = ops.log_sigmoid(logits) - ops.log_sigmoid(p_logits)
    zero = ops.log_sigmoid(-logits) - ops.log_sigmoid(-p_logits)
    return ops.sigmoid(logits) * one + ops.sigmoid(-logits) * zero


def _categorical(q, p):
    """Return Σ_k q_k log(q_k / p_k)."""
    logits, p_logits = promote(q.logits, p.logits)
    log_ratio = ops.log_softmax(logits, axis=-1) - ops.log_softmax(p_logits, axis=-1)
    return ops.sum(ops.softmax(logits, axis=-1) * log_ratio, axis=-1)


KL_OF_UNIT = {
    (Normal, Normal): _normal,
    (Laplace, Laplace): _laplace,
    (Bernoulli, Bernoulli): _bernoulli,
    (Categorical, Categorical): _categorical,
}
"""Closed forms of the KL of each unit: {(class of q, class of p): function}."""

KL_OF_EVENT = {(MultivariateNormal, Normal): kl_from_diagonal}
"""Closed forms of the KL of a whole event, whose units are not independent: {(class of q, class of p): function}."""
