"""The continuous Bernoulli: its density, mean and gradients around λ = ½ and far from it, and its samples."""

import numpy as np
import pytest
from keras import ops
from scipy import integrate, special

from kvae.distributions import ContinuousBernoulli

LOGITS = [
    -300.0,
    -40.0,
    -8.0,
    -1.0001,
    -0.9999,
    -0.3,
    -1e-3,
    -1e-20,
    0.0,
    1e-8,
    1e-4,
    0.05,
    0.9999,
    1.0001,
    2.0,
    15.0,
    90.0,
]


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def log_normalizer(logits):
    """Return A(η) = log((e^η − 1) / η) with 50 digits, in float64."""
    from mpmath import expm1, log, mp, mpf

    mp.dps = 50
    return np.array([float(log(expm1(mpf(float(value))) / mpf(float(value)))) if value else 0.0 for value in logits])


@pytest.mark.parametrize("logits", [-30.0, -2.0, -1.0, -0.5, -1e-4, 0.0, 1e-6, 0.7, 1.0, 4.0, 30.0])
def test_continuous_bernoulli_integrates_to_one(double, logits):
    def density(x):
        return np.exp(float(numpy(ContinuousBernoulli(np.float64(logits), event=0).log_prob(np.float64(x)))))

    assert integrate.quad(density, 0, 1, epsabs=1e-10)[0] == pytest.approx(1, abs=1e-9)


def test_continuous_bernoulli_agrees_with_the_formula_of_the_paper(double):
    lam, x = np.array([0.01, 0.2, 0.4, 0.7, 0.99]), np.array([0.0, 0.3, 0.5, 0.8, 1.0]).reshape(-1, 1)
    constant = 2 * np.arctanh(1 - 2 * lam) / (1 - 2 * lam)
    expected = np.log(constant) + x * np.log(lam) + (1 - x) * np.log1p(-lam)
    np.testing.assert_allclose(numpy(ContinuousBernoulli(special.logit(lam)).log_prob_per_unit(x)), expected, atol=1e-9)
    mean = lam / (2 * lam - 1) + 1 / (2 * np.arctanh(1 - 2 * lam))
    np.testing.assert_allclose(numpy(ContinuousBernoulli(special.logit(lam)).mean), mean, atol=1e-9)


def test_continuous_bernoulli_with_logit_zero_is_uniform():
    p = ContinuousBernoulli(np.float32(0), event=0)
    np.testing.assert_array_equal(numpy(p.log_prob(np.linspace(0, 1, 5, dtype="float32"))), np.zeros(5))
    assert float(numpy(p.mean)) == 0.5


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-6), ("float64", 1e-9)])
def test_continuous_bernoulli_log_normalizer_is_accurate_for_all_logits(double, dtype, tolerance):
    pytest.importorskip("mpmath")
    logits = np.array(LOGITS, dtype)
    found = -numpy(ContinuousBernoulli(logits).log_prob_per_unit(np.zeros((), dtype)))
    assert found.dtype == dtype
    expected = log_normalizer(logits)
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


def test_continuous_bernoulli_is_smooth_where_the_series_ends():
    """The value and the mean do not jump by more than the rounding of float32 around |η| = 1, and around η = 0."""
    for center in (-1.0, 0.0, 1.0):
        logits = (center + np.arange(-20, 21) * 2e-6).astype("float32")
        p = ContinuousBernoulli(logits)
        slope = np.diff(numpy(p.mean).astype("float64"))
        assert np.abs(slope - np.diff(logits.astype("float64")) / 12).max() < 1e-6
        log_p = numpy(p.log_prob_per_unit(np.full((), 0.5, "float32"))).astype("float64")
        assert np.abs(np.diff(log_p)).max() < 1e-6


def test_continuous_bernoulli_gradient_is_x_minus_the_mean(gradients):
    """d/dη (x η − A(η)) = x − A'(η), in float32 and near η = 0, where the formula is 0/0."""
    logits = np.array(LOGITS, "float32")
    x = np.full(logits.shape, 0.25, "float32")
    (slope,) = gradients(lambda logits: ContinuousBernoulli(logits).log_prob(x), logits)
    eta = logits.astype("float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        exact = np.where(np.abs(eta) < 1e-2, 0.5 + eta / 12, -1 / np.expm1(-eta) - 1 / eta)
    np.testing.assert_allclose(slope, 0.25 - exact, atol=1e-6)
    np.testing.assert_allclose(numpy(ContinuousBernoulli(logits).mean), exact, atol=1e-6)


@pytest.mark.parametrize("logits", [-20.0, -1.5, -1e-3, 0.0, 1e-7, 0.8, 6.0])
def test_continuous_bernoulli_samples_have_its_moments(logits):
    p = ContinuousBernoulli(np.float32(logits), event=0)
    draws = numpy(p.sample(7, (20_000,))).astype("float64")
    assert draws.min() >= 0
    assert draws.max() <= 1
    x = (np.arange(20_000) + 0.5) / 20_000
    weights = np.exp(numpy(p.log_prob(x.astype("float32"))).astype("float64")) / len(x)
    mean, second = (x * weights).sum(), (x**2 * weights).sum()
    error = np.sqrt((second - mean**2) / len(draws))
    assert draws.mean() == pytest.approx(mean, abs=4 * error)
    assert (draws**2).mean() == pytest.approx(second, abs=8 * error)
    assert float(numpy(p.mean)) == pytest.approx(mean, abs=1e-5)
