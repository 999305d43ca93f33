"""Densities: agreement with SciPy, normalisation, events, precision, and gradients at extreme values."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import special, stats

from kvae.distributions import (
    Bernoulli,
    Categorical,
    CategoricalLevels,
    DiscretizedLogistic,
    Laplace,
    Normal,
    standard_normal,
)

# One broadcast table: x (5, 1, 1) against loc (4, 1) and log_scale (3,).
X = np.array([-9.0, -1.5, 0.0, 0.25, 4.0]).reshape(5, 1, 1)
LOC = np.array([-2.0, 0.0, 0.3, 10.0]).reshape(4, 1)
LOG_SCALE = np.array([-3.0, 0.0, 1.2])
LEVELS = np.arange(256) / 255


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


# ------------------------------------------------------------------ SciPy


@pytest.mark.parametrize(("ours", "theirs"), [(Normal, stats.norm), (Laplace, stats.laplace)])
@pytest.mark.parametrize("event", [0, 1, 2])
def test_log_prob_of_continuous_distributions_agrees_with_scipy(double, ours, theirs, event):
    expected = theirs.logpdf(X, LOC, np.exp(LOG_SCALE)).sum(axis=tuple(range(3 - event, 3)))
    result = numpy(ours(LOC, LOG_SCALE, event=event).log_prob(X))
    assert result.dtype == "float64"
    np.testing.assert_allclose(result, expected, rtol=1e-13)


def test_bernoulli_log_prob_agrees_with_scipy(double):
    x, logits = np.array([0.0, 1.0]).reshape(2, 1), np.array([-8.0, -1.0, 0.0, 0.5, 20.5])
    expected = stats.bernoulli.logpmf(x, special.expit(logits))
    np.testing.assert_allclose(numpy(Bernoulli(logits, event=0).log_prob(x)), expected, atol=1e-14)


def test_bernoulli_log_prob_of_a_grey_value_is_the_negative_cross_entropy(double):
    x, logits = np.array([0.0, 0.2, 0.9, 1.0]), np.array([[-100.0], [-2.0], [0.7], [100.0]])
    expected = x * special.log_expit(logits) + (1 - x) * special.log_expit(-logits)
    np.testing.assert_allclose(numpy(Bernoulli(logits).log_prob_per_unit(x)), expected, atol=1e-13)


def test_categorical_log_prob_agrees_with_scipy(double):
    logits = np.array([[0.0, 1.0, -2.0], [100.0, -100.0, 3.0]])  # two classes of events
    k = np.array([[0, 1], [2, 2], [1, 0]])  # three draws of each
    expected = np.take_along_axis(special.log_softmax(logits, axis=-1), k.T, axis=1).T
    result = Categorical(logits).log_prob(k)
    assert numpy(result).shape == (3, 2)
    np.testing.assert_allclose(numpy(result), expected, rtol=1e-13)
    np.testing.assert_allclose(numpy(Categorical(logits, event=1).log_prob(k)), expected.sum(1), rtol=1e-13)


@pytest.mark.parametrize("k", [-1, 3, 0.5])
def test_categorical_log_prob_of_an_invalid_class_is_minus_infinity(k):
    assert numpy(Categorical(np.zeros(3, "float32")).log_prob(k)) == -np.inf


def test_categorical_with_a_masked_class_has_finite_gradients(gradients):
    logits = np.array([0.5, -np.inf, 1.0], "float32")
    assert numpy(Categorical(logits).log_prob(1)) == -np.inf
    (slope,) = gradients(lambda logits: Categorical(logits).log_prob(2), logits)
    np.testing.assert_allclose(slope, np.array([0, 0, 1]) - special.softmax(logits), atol=1e-6)


def test_discretized_logistic_log_prob_agrees_with_scipy(double):
    loc, log_scale = np.array([-0.1, 0.0, 0.4, 1.3]).reshape(4, 1), np.array([-5.0, -2.0, 0.0, 3.0])
    edges = np.concatenate([[-np.inf], (np.arange(255) + 0.5) / 255, [np.inf]]).reshape(-1, 1, 1)
    expected = np.diff(stats.logistic.cdf(edges, loc, np.exp(log_scale)), axis=0)
    result = np.exp(numpy(DiscretizedLogistic(loc, log_scale, event=0).log_prob(LEVELS.reshape(-1, 1, 1))))
    np.testing.assert_allclose(result, expected, atol=1e-14)


def test_discretized_logistic_log_prob_in_the_far_tail_is_exact(double):
    """Below its mean a logistic CDF is exponential: log P → (x − loc) / s + log 2 sinh(h / s)."""
    h, loc, scale = 0.5 / 255, 50.0, 0.1
    x = LEVELS[1:-1]
    expected = (x - loc) / scale + np.log(2 * np.sinh(h / scale))
    result = numpy(DiscretizedLogistic(np.array([loc]), np.log(scale), event=0).log_prob(x))
    np.testing.assert_allclose(result, expected, rtol=1e-13)


# ------------------------------------------------------------------ normalisation


@pytest.mark.parametrize("levels", [2, 3, 256])
def test_discretized_logistic_over_all_levels_sums_to_one(double, levels):
    loc = np.array([-1000.0, -1.0, 0.0, 0.1234, 0.5, 1.0, 300.0]).reshape(-1, 1)
    log_scale = np.array([-30.0, -7.0, -3.0, 0.0, 7.0, 30.0])
    x = (np.arange(levels) / (levels - 1)).reshape(-1, 1, 1)
    p = np.exp(numpy(DiscretizedLogistic(loc, log_scale, levels=levels, event=0).log_prob(x)))
    np.testing.assert_allclose(p.sum(0), 1, rtol=1e-10)


def test_discretized_logistic_in_float32_sums_to_one():
    """The scales include values far below the rounding error of a level k/255."""
    loc = np.array([-1.0, 0.0, 0.1234, 0.3, 0.5, 1.0], "float32").reshape(-1, 1)
    log_scale = np.array([-30.0, -7.0, -3.0, 0.0, 7.0, 30.0], "float32")
    x = LEVELS.astype("float32").reshape(-1, 1, 1)
    log_p = numpy(DiscretizedLogistic(loc, log_scale, event=0).log_prob(x))
    assert log_p.dtype == "float32"
    np.testing.assert_allclose(np.exp(log_p.astype("float64")).sum(0), 1, atol=1e-5)


def test_categorical_levels_over_all_levels_sum_to_one():
    logits = np.random.default_rng(0).normal(size=(2, 256)).astype("float32")
    log_p = numpy(CategoricalLevels(logits, event=0).log_prob(LEVELS.astype("float32").reshape(-1, 1)))
    np.testing.assert_allclose(log_p, special.log_softmax(logits, axis=-1).T, rtol=1e-5)


# ------------------------------------------------------------------ the event


def distributions_and_data():
    """Return each distribution over the batch axes (3,) and the event axes (4, 5), with data in its support."""
    rng = np.random.default_rng(1)
    loc, log_scale = rng.normal(size=(2, 3, 4, 5)).astype("float32")
    logits = rng.normal(size=(3, 4, 5, 6)).astype("float32")
    levels = rng.integers(0, 6, (3, 4, 5))
    return [
        (Normal, (loc, log_scale), rng.normal(size=(3, 4, 5)).astype("float32")),
        (Laplace, (loc, log_scale), rng.normal(size=(3, 4, 5)).astype("float32")),
        (Bernoulli, (loc,), rng.uniform(size=(3, 4, 5)).astype("float32")),
        (Categorical, (logits,), levels),
        (CategoricalLevels, (logits,), (levels / 5).astype("float32")),
        (DiscretizedLogistic, (loc, log_scale), (levels * 51 / 255).astype("float32")),
    ]


every_distribution = pytest.mark.parametrize(
    ("cls", "parameters", "x"), distributions_and_data(), ids=lambda m: getattr(m, "__name__", "")
)


@every_distribution
def test_log_prob_of_an_event_repeated_twice_doubles(cls, parameters, x):
    def tiled(array):
        return np.concatenate([array, array], axis=1)

    once = numpy(cls(*parameters, event=2).log_prob(x))
    twice = numpy(cls(*map(tiled, parameters), event=2).log_prob(tiled(x)))
    assert once.shape == (3,)
    np.testing.assert_allclose(twice, 2 * once, rtol=1e-5)


@every_distribution
@pytest.mark.parametrize("event", [0, 1, 2])
def test_log_prob_sums_over_the_event_axes_only(cls, parameters, x, event):
    p = cls(*parameters, event=event)
    units = numpy(p.log_prob_per_unit(x))
    assert units.shape == (3, 4, 5)
    np.testing.assert_allclose(numpy(p.log_prob(x)), units.sum(tuple(range(3 - event, 3))), rtol=1e-5)


@every_distribution
def test_log_prob_of_samples_with_leading_axes_broadcasts_over_the_batch(cls, parameters, x):
    p = cls(*parameters, event=2)
    stacked = numpy(p.log_prob(np.stack([x, x])))
    np.testing.assert_allclose(stacked, np.stack([numpy(p.log_prob(x))] * 2), rtol=1e-6)


@every_distribution
def test_mean_and_mode_have_the_shape_of_a_draw(cls, parameters, x):
    p = cls(*parameters, event=2)
    assert numpy(p.mean).shape == numpy(p.mode).shape == x.shape
    assert np.isfinite(numpy(p.log_prob(p.mode))).all()


@every_distribution
def test_mode_has_the_highest_density(cls, parameters, x):
    if cls is Bernoulli:
        x = np.round(x)
    p = cls(*parameters)
    assert (numpy(p.log_prob_per_unit(x)) <= numpy(p.log_prob_per_unit(p.mode)) + 1e-6).all()


def test_distribution_is_immutable():
    with pytest.raises(AttributeError):
        standard_normal().loc = 1.0


# ------------------------------------------------------------------ precision


@every_distribution
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_log_prob_of_half_precision_parameters_is_float32(cls, parameters, x, dtype):
    half = [ops.cast(parameter, dtype) for parameter in parameters]
    rounded = [ops.cast(parameter, "float32") for parameter in half]
    result, expected = cls(*half).log_prob_per_unit(x), cls(*rounded).log_prob_per_unit(x)
    assert numpy(result).dtype == "float32"
    np.testing.assert_array_equal(numpy(result), numpy(expected))
    assert numpy(cls(*half).mean).dtype == "float32"


def test_log_prob_with_variables_and_numbers_accepts_both():
    variable = keras.Variable(np.zeros(3, "float32"))
    expected = 2 * stats.norm.logpdf(1.0) + stats.norm.logpdf(0.0)
    result = Normal(variable, 0).log_prob(np.array([1, 1, 0], "uint8"))
    np.testing.assert_allclose(numpy(result), expected, rtol=1e-6)


# ------------------------------------------------------------------ slopes

MODERATE = [
    (Normal, ([[0.3], [-2.0]], [0.5, -1.0]), [0.7, -3.0]),
    (Laplace, ([[0.3], [-2.0]], [0.5, -1.0]), [0.7, -3.0]),
    (Bernoulli, ([[0.3], [-2.0]],), [0.0, 0.4]),
    (Categorical, ([[0.3, 1.0, -1.0], [-2.0, 0.0, 4.0]],), [0, 2]),
    (CategoricalLevels, ([[0.3, 1.0, -1.0], [-2.0, 0.0, 4.0]],), [0.5, 1.0]),
    (DiscretizedLogistic, ([[0.3], [0.8]], [-4.0, 0.5]), [0.0, 1.0]),
    (DiscretizedLogistic, ([[0.3], [0.8]], [-4.0, 0.5]), [100 / 255, 254 / 255]),
]


@pytest.mark.parametrize(("cls", "parameters", "x"), MODERATE)
def test_log_prob_gradients_agree_with_finite_differences(double, gradients, cls, parameters, x):
    parameters = [np.array(parameter) for parameter in parameters]
    x = np.array(x)

    def density(*parameters):
        return cls(*parameters, event=0).log_prob(x)

    for i, slope in enumerate(gradients(density, *parameters)):
        for unit in np.ndindex(slope.shape):
            step = np.zeros(slope.shape)
            step[unit] = 1e-5
            up, down = (
                numpy(density(*parameters[:i], parameters[i] + sign * step, *parameters[i + 1 :])).sum()
                for sign in (1, -1)
            )
            assert slope[unit] == pytest.approx((up - down) / 2e-5, rel=1e-6, abs=1e-8)


LOGITS = np.array([-1000.0, -100.0, -30.0, 0.0, 30.0, 100.0, 1000.0])
CLASSES = np.stack([LOGITS, LOGITS[::-1]])
LOCS = np.array([-100.0, -1.0, 0.0, 0.47, 1.0, 100.0])
SCALED = np.meshgrid(LOCS, [-30.0, -10.0, -7.0, 0.0, 7.0, 10.0, 30.0])
EXTREME = [
    (Normal, SCALED, [-100.0, 0.0, 1.0]),
    (Laplace, SCALED, [-100.0, 0.0, 1.0]),
    (Bernoulli, [LOGITS], [0.0, 0.5, 1.0]),
    (Categorical, [CLASSES], [0.0, 3.0, 6.0]),
    (CategoricalLevels, [CLASSES], [0.0, 0.5, 1.0]),
    (DiscretizedLogistic, SCALED, [0.0, 1 / 255, 128 / 255, 254 / 255, 1.0]),
]


@pytest.mark.parametrize(("cls", "parameters", "x"), EXTREME)
def test_log_prob_of_extreme_values_in_float32_is_finite_and_exact(double, gradients, cls, parameters, x):
    """Each parameter is combined with each x. The reference is computed in float64, whose range suffices."""
    single = [np.stack([parameter] * len(x)).astype("float32") for parameter in parameters]
    wide = [parameter.astype("float64") for parameter in single]
    x = np.array(x, "float32").reshape(-1, *[1] * (parameters[0].ndim - (parameters[0] is CLASSES)))

    def density(*parameters):
        return cls(*parameters, event=0).log_prob(x)

    values = numpy(density(*single)), numpy(density(*wide))
    slopes = gradients(density, *single), gradients(density, *wide)
    assert (values[0].dtype, values[1].dtype) == ("float32", "float64")
    for ours, reference in [values, *zip(*slopes, strict=True)]:
        assert np.isfinite(ours).all()
        np.testing.assert_allclose(ours, reference, rtol=1e-4, atol=1e-5)


def test_laplace_gradient_at_its_peak_is_zero(gradients):
    """|x − loc| has no gradient at 0; each backend uses 0, so that training agrees between backends."""
    (slope,) = gradients(lambda loc: Laplace(loc, 0.0).log_prob(np.zeros(3, "float32")), np.zeros(3, "float32"))
    np.testing.assert_array_equal(slope, 0)
