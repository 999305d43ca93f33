"""The Kullback-Leibler divergence in closed form, for the pairs that have one."""

from keras import ops

from kvae.distributions.base import promote, sum_event
from kvae.distributions.bernoulli import Bernoulli
from kvae.distributions.categorical import Categorical
from kvae.distributions.laplace import Laplace, distance
from kvae.distributions.normal import Normal
from kvae.errors import UserError


def kl(q, p):
    """Returns KL(q ‖ p) = E_q[log q(x) − log p(x)] in nats, summed over the event of q: shape (batch,).

    Args:
        q: A distribution.
        p: A distribution whose parameters broadcast against those of q.

    Raises:
        UserError: There is no closed form for the pair.
    """
    return sum_event(kl_per_unit(q, p), q.event)


def kl_per_unit(q, p):
    """Returns KL(q ‖ p) in nats of every unit, before the sum over the event: shape batch + event.

    The arguments and errors are those of `kl`. Collapse is measured and free bits are granted unit by unit.
    """
    pair = type(q), type(p)
    if pair not in CLOSED_FORMS:
        known = ", ".join(f"{a.__name__} ‖ {b.__name__}" for a, b in CLOSED_FORMS)
        raise UserError(
            f"Expected a pair of distributions whose KL has a closed form: {known}. "
            f"Received: {type(q).__name__} ‖ {type(p).__name__}. "
            "Estimate it by Monte Carlo: average q.log_prob(x) - p.log_prob(x) over x = q.sample(seed, (n,))."
        )
    return CLOSED_FORMS[pair](q, p)


def _normal(q, p):
    """½ ((μ_q − μ_p) / σ_p)² + ½ (ρ² − 1) − log ρ, ρ = σ_q / σ_p (Kingma and Welling 2014, appendix B)."""
    mean, log_scale, p_mean, p_log_scale = promote(q.loc, q.log_scale, p.loc, p.log_scale)
    log_ratio = log_scale - p_log_scale
    return 0.5 * ops.square((mean - p_mean) * ops.exp(-p_log_scale)) + 0.5 * ops.expm1(2 * log_ratio) - log_ratio


def _laplace(q, p):
    """(|Δ| + b_q exp(−|Δ| / b_q)) / b_p − 1 − log(b_q / b_p), Δ = μ_q − μ_p (Gil et al. 2013)."""
    loc, log_scale, p_loc, p_log_scale = promote(q.loc, q.log_scale, p.loc, p.log_scale)
    gap, log_ratio = distance(loc, p_loc), log_scale - p_log_scale
    shift = gap * ops.exp(-p_log_scale) + ops.exp(log_ratio) * ops.expm1(-gap * ops.exp(-log_scale))
    return shift + ops.expm1(log_ratio) - log_ratio


def _bernoulli(q, p):
    """q log(q / p) + (1 − q) log((1 − q) / (1 − p)), with log-probabilities that do not round to zero."""
    logits, p_logits = promote(q.logits, p.logits)
    one = ops.log_sigmoid(logits) - ops.log_sigmoid(p_logits)
    zero = ops.log_sigmoid(-logits) - ops.log_sigmoid(-p_logits)
    return ops.sigmoid(logits) * one + ops.sigmoid(-logits) * zero


def _categorical(q, p):
    """Σ_k q_k log(q_k / p_k)."""
    logits, p_logits = promote(q.logits, p.logits)
    log_ratio = ops.log_softmax(logits, axis=-1) - ops.log_softmax(p_logits, axis=-1)
    return ops.sum(ops.softmax(logits, axis=-1) * log_ratio, axis=-1)


CLOSED_FORMS = {
    (Normal, Normal): _normal,
    (Laplace, Laplace): _laplace,
    (Bernoulli, Bernoulli): _bernoulli,
    (Categorical, Categorical): _categorical,
}
