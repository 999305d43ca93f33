"""The Kullback-Leibler divergence, compared with integrals, sums and Monte Carlo estimates."""

import numpy as np
import pytest
from keras import ops
from scipy import integrate, special, stats

from kvae.distributions import (
    Bernoulli,
    Categorical,
    DiscretizedLogistic,
    Laplace,
    Normal,
    kl,
    kl_per_unit,
    standard_normal,
)
from kvae.errors import UserError

CONTINUOUS = [(Normal, stats.norm), (Laplace, stats.laplace)]
PAIRS = [(-1.0, 0.5, 0.3, 0.0), (0.0, -1.0, 0.0, 1.0), (2.0, 1.0, 2.0, -0.5), (0.0, 0.0, 3.0, 0.2)]


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def closed_form_distributions(seed=0):
    """Return each distribution whose KL has a closed form, over the batch (4,) and the event (3,)."""
    rng = np.random.default_rng(seed)
    loc, log_scale = rng.normal(size=(2, 4, 3)).astype("float32")
    logits = rng.normal(size=(4, 3, 5)).astype("float32")
    return Normal(loc, log_scale), Laplace(loc, log_scale), Bernoulli(loc), Categorical(logits, event=1)


every_pair = pytest.mark.parametrize(
    ("q", "p"),
    list(zip(closed_form_distributions(0), closed_form_distributions(1), strict=True)),
    ids=lambda q: type(q).__name__,
)


@every_pair
def test_kl_of_a_distribution_with_itself_is_zero(q, p):
    np.testing.assert_array_equal(numpy(kl(q, q)), 0)


@every_pair
def test_kl_sums_the_units_over_the_event(q, p):
    units = numpy(kl_per_unit(q, p))
    assert units.shape == (4, 3)
    assert (units > 0).all()
    np.testing.assert_allclose(numpy(kl(q, p)), units.sum(-1), rtol=1e-6)


@every_pair
def test_kl_agrees_with_monte_carlo(q, p):
    n = 50_000
    x = q.sample(7, (n,))
    ratios = numpy(q.log_prob(x) - p.log_prob(x)).astype("float64")
    error = ratios.std(0) / np.sqrt(n)
    np.testing.assert_allclose((ratios.mean(0) - numpy(kl(q, p))) / error, 0, atol=4)


@pytest.mark.parametrize(("ours", "theirs"), CONTINUOUS)
@pytest.mark.parametrize(("loc", "log_scale", "p_loc", "p_log_scale"), PAIRS)
def test_kl_agrees_with_the_integral(double, ours, theirs, loc, log_scale, p_loc, p_log_scale):
    q, p = theirs(loc, np.exp(log_scale)), theirs(p_loc, np.exp(p_log_scale))
    expected, _ = integrate.quad(
        lambda x: q.pdf(x) * (q.logpdf(x) - p.logpdf(x)),
        -200,
        200,
        points=sorted({loc, p_loc}),
        limit=500,
        epsabs=1e-12,
    )
    a, b = np.array([[loc], [log_scale]]), np.array([[p_loc], [p_log_scale]])
    result = numpy(kl(ours(*a), ours(*b)))
    assert result.dtype == "float64"
    assert result == pytest.approx(expected, rel=1e-9)


def test_kl_of_discrete_pairs_agrees_with_scipy(double):
    rng = np.random.default_rng(2)
    a, b = rng.normal(scale=3, size=(2, 6, 1, 4))
    expected = special.rel_entr(special.softmax(a, -1), special.softmax(b.reshape(1, 6, 4), -1)).sum(-1)
    np.testing.assert_allclose(numpy(kl(Categorical(a), Categorical(b.reshape(1, 6, 4)))), expected, rtol=1e-10)

    a, b = a[..., 0], b[..., 0].T
    one, zero = (special.rel_entr(special.expit(s * a), special.expit(s * b)) for s in (1, -1))
    np.testing.assert_allclose(numpy(kl_per_unit(Bernoulli(a), Bernoulli(b))), one + zero, rtol=1e-10)


def test_kl_to_the_standard_normal_agrees_with_the_textbook_formula():
    """−½ Σ (1 + log σ² − μ² − σ²), Kingma and Welling 2014, equation 10."""
    rng = np.random.default_rng(3)
    loc, log_scale = rng.normal(size=(2, 4, 3)).astype("float32")
    expected = -0.5 * (1 + 2 * log_scale - loc**2 - np.exp(2 * log_scale)).sum(-1)
    for prior in (standard_normal(), standard_normal((3,))):
        np.testing.assert_allclose(numpy(kl(Normal(loc, log_scale), prior)), expected, rtol=1e-5)


SCALED = np.meshgrid([-100.0, -1.0, 0.0, 50.0], [-7.0, -2.0, 0.0, 7.0])
LOGITS = np.array([-1000.0, -100.0, -17.0, 0.0, 17.0, 100.0, 1000.0])
EXTREME = [
    (Normal, SCALED, [[0.0, 1.0, 1.0], [0.0, -7.0, 7.0]]),
    (Laplace, SCALED, [[0.0, 1.0, 1.0], [0.0, -7.0, 7.0]]),
    (Bernoulli, [LOGITS], [[-100.0, 0.0, 18.0, 100.0]]),
    (Categorical, [LOGITS], [[LOGITS[::-1], LOGITS, 0 * LOGITS]]),
]


@pytest.mark.parametrize(("cls", "q", "p"), EXTREME)
def test_kl_of_extreme_values_in_float32_is_finite_and_exact(double, gradients, cls, q, p):
    """Each q is combined with each p. The reference is computed in float64.

    Over a gap of a thousandth of its scale, the slope of a Laplace is a difference that loses three digits.
    """
    q = [np.stack([parameter] * len(p[0])).astype("float32") for parameter in q]
    p = [np.array(parameter, "float32") for parameter in p]
    p = [parameter.reshape(*parameter.shape, *[1] * (q[0].ndim - parameter.ndim)) for parameter in p]

    def divergence(*parameters):
        return kl_per_unit(cls(*parameters), cls(*p))

    wide = [parameter.astype("float64") for parameter in q]
    values = numpy(divergence(*q)), numpy(divergence(*wide))
    slopes = gradients(divergence, *q), gradients(divergence, *wide)
    assert (values[0].dtype, values[1].dtype) == ("float32", "float64")
    assert (values[0] >= -1e-6).all()
    for ours, reference in [values, *zip(*slopes, strict=True)]:
        assert np.isfinite(ours).all()
        np.testing.assert_allclose(ours, reference, rtol=2e-4, atol=1e-5)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_kl_of_half_precision_parameters_is_float32(dtype):
    loc, log_scale = (ops.cast(values, dtype) for values in ([1.25, -3.0], [0.5, -2.0]))
    result = kl(Normal(loc, log_scale), standard_normal())
    expected = kl(Normal([1.25, -3.0], [0.5, -2.0]), standard_normal())
    assert numpy(result).dtype == "float32"
    np.testing.assert_array_equal(numpy(result), numpy(expected))


def test_kl_of_a_pair_without_closed_form_is_refused_with_the_alternative():
    with pytest.raises(UserError, match=r"Normal ‖ Normal.*Received: DiscretizedLogistic ‖ Normal.*sample_with_kl"):
        kl(DiscretizedLogistic(0.0, 0.0), standard_normal())
