"""Samples: their distribution against that of SciPy, shapes, seeds and gradients."""

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

N = 20_000


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


# ------------------------------------------------------------------ the distribution


@pytest.mark.parametrize(("ours", "theirs"), [(Normal, stats.norm), (Laplace, stats.laplace)])
@pytest.mark.parametrize(("loc", "log_scale"), [(0.0, 0.0), (-3.0, 1.5), (2.0, -4.0)])
def test_sample_of_continuous_distributions_passes_a_kolmogorov_smirnov_test(ours, theirs, loc, log_scale):
    draws = numpy(ours(loc, log_scale, event=0).sample(3, (N,)))
    assert stats.kstest(draws, theirs(loc, np.exp(log_scale)).cdf).pvalue > 1e-3


@pytest.mark.parametrize(
    "p",
    [
        Bernoulli(0.7, event=0),
        Bernoulli(-4.0, event=0),
        Categorical(np.array([0.0, 1.0, -1.0, 2.0], "float32")),
        CategoricalLevels(np.array([0.0, 1.0, -1.0, 2.0], "float32"), event=0),
        DiscretizedLogistic(0.4, -1.0, levels=6, event=0),
        DiscretizedLogistic(-0.3, 0.5, levels=6, event=0),
    ],
)
def test_sample_of_discrete_distributions_passes_a_chi_square_test(p):
    draws, counts = np.unique(numpy(p.sample(5, (N,))), return_counts=True)
    expected = N * np.exp(numpy(p.log_prob(draws)).astype("float64"))
    assert expected.sum() == pytest.approx(N, rel=1e-5)  # every possible value was drawn, and no other
    assert stats.chisquare(counts, expected * counts.sum() / expected.sum()).pvalue > 1e-3


@pytest.mark.parametrize(
    ("p", "variance"),
    [
        (Normal([1.0, -2.0], [0.0, 1.0], event=0), np.exp([0.0, 2.0])),
        (Laplace([1.0, -2.0], [0.0, 1.0], event=0), 2 * np.exp([0.0, 2.0])),
        (Bernoulli([0.3, -2.0], event=0), special.expit([0.3, -2.0]) * special.expit([-0.3, 2.0])),
    ],
)
def test_sample_moments_agree_with_mean_and_variance(p, variance):
    draws = numpy(p.sample(11, (N,))).astype("float64")
    error = np.sqrt(variance / N)
    np.testing.assert_allclose((draws.mean(0) - numpy(p.mean)) / error, 0, atol=4)
    np.testing.assert_allclose(draws.var(0), variance, rtol=0.05)


@pytest.mark.parametrize("p", [Categorical, CategoricalLevels])
def test_categorical_mean_is_the_expected_index(p):
    logits = np.array([[0.0, 1.0, -1.0], [3.0, 0.0, 0.0]], "float32")
    classes = np.arange(3) if p is Categorical else np.arange(3) / 2
    np.testing.assert_allclose(numpy(p(logits).mean), special.softmax(logits, -1) @ classes, rtol=1e-5)


@pytest.mark.parametrize("loc", [-100.0, -0.2, 0.0, 0.3, 0.5, 1.0, 1.7, 100.0])
@pytest.mark.parametrize("log_scale", [-30.0, -7.0, -4.0, -1.0, 0.0, 3.4, 3.5, 7.0, 12.0, 30.0])
def test_discretized_logistic_mean_is_within_half_a_level(loc, log_scale):
    p = DiscretizedLogistic(np.float32(loc), np.float32(log_scale), event=0)
    levels = (np.arange(256) / 255).astype("float32")
    exact = levels @ np.exp(numpy(p.log_prob(levels)).astype("float64"))
    mean = float(p.mean)
    assert 0 <= mean <= 1
    # Rounding moves the mean where the bell is narrower than a level, and hardly at all elsewhere.
    assert mean == pytest.approx(exact, abs=0.5 / 255 + 1e-4 if log_scale < -5 else 1e-4)


# ------------------------------------------------------------------ shapes and seeds


@pytest.mark.parametrize(
    "p",
    [
        Normal(np.zeros((4, 1), "float32"), np.zeros(5, "float32")),
        Laplace(np.zeros((4, 1), "float32"), np.zeros(5, "float32")),
        Bernoulli(np.zeros((4, 5), "float32")),
        Categorical(np.zeros((4, 5, 3), "float32"), event=1),
        CategoricalLevels(np.zeros((4, 5, 3), "float32"), event=1),
        DiscretizedLogistic(np.zeros((4, 1), "float32"), np.zeros(5, "float32"), event=1),
    ],
    ids=lambda p: type(p).__name__,
)
def test_sample_with_an_integer_seed_repeats_in_the_given_shape(p):
    first, again, other = (numpy(p.sample(seed, (2, 3))) for seed in (0, 0, 1))
    assert first.shape == (2, 3, 4, 5)
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert numpy(p.sample(0)).shape == (4, 5)
    assert first.dtype == ("int32" if isinstance(p, Categorical) else "float32")


@pytest.mark.parametrize("cls", [Normal, Laplace])
def test_sample_of_float64_parameters_is_float64(double, cls):
    assert numpy(cls(np.zeros(3), np.zeros(3)).sample(0)).dtype == "float64"


def test_sample_with_a_seed_generator_differs_at_each_call():
    seed = keras.random.SeedGenerator(0)
    assert (numpy(standard_normal((3,)).sample(seed)) != numpy(standard_normal((3,)).sample(seed))).all()


def test_standard_normal_without_shape_treats_all_axes_as_batch():
    z = standard_normal((2, 3)).sample(0, (5,))
    assert tuple(z.shape) == (5, 2, 3)
    assert tuple(standard_normal((2, 3)).log_prob(z).shape) == (5,)
    assert tuple(standard_normal().log_prob(z).shape) == (5, 2)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="only TensorFlow traces an unknown batch size")
@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda h: Normal(h, h), (4, 2, 3)),
        (lambda h: Laplace(h, 0.0), (4, 2, 3)),
        (lambda h: Bernoulli(h), (4, 2, 3)),
        (lambda h: Categorical(h), (4, 2)),
        (lambda h: CategoricalLevels(h, event=0), (4, 2)),
        (lambda h: DiscretizedLogistic(h, h, event=1), (4, 2, 3)),
    ],
)
def test_sample_of_an_unknown_batch_size_has_the_static_event(build, expected):
    import tensorflow as tf

    draw = tf.function(lambda h: build(h).sample(0, (4,)), input_signature=[tf.TensorSpec((None, 3))])
    assert draw(tf.zeros((2, 3))).shape == expected


# ------------------------------------------------------------------ reparameterisation


@pytest.mark.parametrize("cls", [Normal, Laplace])
@pytest.mark.parametrize("log_scale", [-30.0, -7.0, 0.0, 7.0, 30.0])
def test_sample_gradients_flow_to_the_parameters(gradients, cls, log_scale):
    """∂z/∂loc = 1 and ∂z/∂log_scale = z − loc, for the same noise."""
    loc, log_scale = np.zeros(50, "float32"), np.full(50, log_scale, "float32")
    draw = numpy(cls(loc, log_scale).sample(2))
    by_loc, by_log_scale = gradients(lambda *parameters: cls(*parameters).sample(2), loc, log_scale)
    assert np.isfinite(draw).all()
    np.testing.assert_allclose(by_loc, 1)
    np.testing.assert_allclose(by_log_scale, draw, rtol=1e-5)


def test_sample_of_discrete_distributions_at_extremes_is_finite():
    logits = np.array([-1000.0, -100.0, 0.0, 100.0, 1000.0], "float32")
    assert set(numpy(Bernoulli(logits).sample(0, (500,)))[:, [0, 1, 3, 4]].mean(0)) == {0.0, 1.0}
    assert (numpy(Categorical(logits).sample(0, (500,))) == 4).all()
    wide = numpy(DiscretizedLogistic(np.float32(0.5), np.float32(30), event=0).sample(0, (500,)))
    assert set(wide) == {0.0, 1.0}
