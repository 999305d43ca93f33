"""The mixture of discretised logistics: sums over the levels, the coupling of channels, edges, samples and gradients."""

import numpy as np
import pytest
from keras import ops
from scipy import special, stats

from kvae.distributions import DiscretizedLogistic, DiscretizedLogisticMixture

LEVELS = (np.arange(256) / 255).astype("float32")


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def parameters(channels, k=3, dtype="float32", seed=0):
    """Return logits, loc, log-scales and coupling of one pixel with `k` components, some of them narrow."""
    rng = np.random.default_rng(seed)
    coupling = np.tanh(rng.normal(size=(k, channels * (channels - 1) // 2)))
    values = rng.normal(size=k), rng.uniform(-0.2, 1.2, (k, channels)), rng.uniform(-7, 1, (k, channels)), coupling
    return [value.astype(dtype) for value in values]


def mixture(channels, values, **options):
    """Return the mixture of the first `channels` channels of `parameters`."""
    logits, loc, log_scale, coupling = values
    pairs = channels * (channels - 1) // 2
    return DiscretizedLogisticMixture(
        logits, loc[:, :channels], log_scale[:, :channels], coupling[:, :pairs], event=1, **options
    )


def colors(first, channel):
    """Return colours (256, channel + 1) with all levels of `channel` and the values `first` of the channels before."""
    return np.stack([*(np.full(256, value, "float32") for value in first[:channel]), LEVELS], axis=-1)


@pytest.mark.parametrize("first", [(0.0, 1.0), (100 / 255, 3 / 255), (1.0, 1.0)])
@pytest.mark.parametrize("channel", [0, 1, 2])
def test_logistic_mixture_over_256_levels_of_each_channel_sums_to_one(channel, first):
    """Σ_b P(r, g, b) = P(r, g): given the channels before it, the probabilities of a channel sum to 1."""
    values = parameters(3)
    joint = np.exp(numpy(mixture(channel + 1, values).log_prob(colors(first, channel))).astype("float64")).sum()
    before = np.array(first[:channel], "float32")
    given = float(np.exp(numpy(mixture(channel, values).log_prob(before)).astype("float64"))) if channel else 1.0
    assert joint / given == pytest.approx(1, abs=2e-5)


def test_logistic_mixture_over_all_colors_sums_to_one(double):
    grid = np.stack(np.meshgrid(*[np.arange(6) / 5] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    log_p = numpy(mixture(3, parameters(3, dtype="float64"), levels=6).log_prob(grid))
    assert np.exp(log_p).sum() == pytest.approx(1, abs=1e-12)


def test_logistic_mixture_agrees_with_scipy(double):
    """The formula of Salimans et al. 2017, from CDFs, with the outer bins that extend to infinity."""
    logits, loc, log_scale, coupling = parameters(3, dtype="float64")
    log_scale = np.maximum(log_scale, -3.0)  # differences of CDFs lose their digits in the tails of narrow logistics
    x = np.array([[0, 17, 255], [255, 0, 128], [90, 91, 0]]) / 255
    expected = []
    for r, g, b in x:
        means = [loc[:, 0], loc[:, 1] + coupling[:, 0] * (r - 0.5)]
        means.append(loc[:, 2] + coupling[:, 1] * (r - 0.5) + coupling[:, 2] * (g - 0.5))
        product = 1.0
        for value, mean, scale in zip((r, g, b), means, np.exp(log_scale).T, strict=True):
            low = stats.logistic.cdf(value - 0.5 / 255, mean, scale) if value > 0 else 0.0
            product *= (stats.logistic.cdf(value + 0.5 / 255, mean, scale) if value < 1 else 1.0) - low
        expected.append(np.log((special.softmax(logits) * product).sum()))
    p = DiscretizedLogisticMixture(logits, loc, log_scale, coupling, event=1)
    np.testing.assert_allclose(numpy(p.log_prob(x)), expected, rtol=1e-9)


def test_logistic_mixture_of_one_component_of_a_grey_image_is_a_discretized_logistic():
    rng = np.random.default_rng(1)
    loc, log_scale = (rng.normal(size=(2, 4, 5, 1, 1)).astype("float32") for _ in range(2))
    p = DiscretizedLogisticMixture(
        np.zeros((2, 4, 5, 1), "float32"), loc, log_scale, np.zeros((2, 4, 5, 1, 0), "float32")
    )
    q = DiscretizedLogistic(loc[..., 0], log_scale[..., 0])
    x = rng.integers(0, 256, (2, 4, 5, 1)).astype("float32") / 255
    np.testing.assert_allclose(numpy(p.log_prob(x)), numpy(q.log_prob(x)), rtol=1e-6)
    np.testing.assert_array_equal(numpy(p.mode), numpy(q.mode))
    np.testing.assert_allclose(numpy(p.mean), numpy(q.mean), rtol=1e-6)
    assert numpy(p.sample(0, (3,))).shape == (3, 2, 4, 5, 1)


def test_logistic_mixture_with_samples_in_front_broadcasts_x():
    rng = np.random.default_rng(2)
    shape = (4, 2, 3, 3)  # K samples of B images of 3 × 3 pixels
    logits = rng.normal(size=(*shape, 5)).astype("float32")
    loc, log_scale, coupling = (rng.normal(size=(*shape, 5, 3)).astype("float32") for _ in range(3))
    p = DiscretizedLogisticMixture(logits, loc, log_scale, coupling)
    x = rng.integers(0, 256, (2, 3, 3, 3)).astype("float32") / 255
    found = numpy(p.log_prob(x))
    assert found.shape == (4, 2)
    last = DiscretizedLogisticMixture(logits[3], loc[3], log_scale[3], coupling[3])
    np.testing.assert_allclose(found[3], numpy(last.log_prob(x)), rtol=1e-6)


def test_logistic_mixture_at_edges_and_in_far_tails_has_finite_values_and_gradients(gradients):
    loc = np.array([[-50.0, 0.0, 60.0], [0.5, 1.0, -1.0]], "float32")
    log_scale = np.array([[-7.0, -7.0, -7.0], [-7.0, 7.0, 0.0]], "float32")
    values = np.zeros(2, "float32"), loc, log_scale, np.full((2, 3), 0.9, "float32")
    x = np.array([[0, 0, 0], [255, 255, 255], [0, 255, 1], [254, 128, 0]], "float32") / 255

    def log_prob(*values):
        return DiscretizedLogisticMixture(*values, event=1).log_prob(x)

    assert np.isfinite(numpy(log_prob(*values))).all()
    assert all(np.isfinite(slope).all() for slope in gradients(log_prob, *values))
    assert any(np.abs(slope).max() > 0 for slope in gradients(log_prob, *values)[3:])  # the coupling learns


def test_logistic_mixture_samples_have_its_probabilities():
    p = mixture(2, parameters(2, seed=3), levels=3)
    draws = numpy(p.sample(5, (20_000,)))
    pairs, counts = np.unique(draws.round(3), axis=0, return_counts=True)
    expected = 20_000 * np.exp(numpy(p.log_prob(pairs.astype("float32"))).astype("float64"))
    assert expected.sum() == pytest.approx(20_000, rel=1e-3)
    assert stats.chisquare(counts, expected * counts.sum() / expected.sum()).pvalue > 1e-3


def test_logistic_mixture_samples_have_its_mean_and_the_covariance_of_the_coupling():
    """Two channels of narrow logistics inside [0, 1]: y = ½ + c (x − ½) + noise, so that cov(x, y) = c var(x)."""
    scale, coupling = 0.04, 0.7
    loc = np.array([[0.5, 0.45]], "float32")
    log_scale = np.full((1, 2), np.log(scale), "float32")
    p = DiscretizedLogisticMixture(np.zeros(1, "float32"), loc, log_scale, np.array([[coupling]], "float32"), event=1)
    draws = numpy(p.sample(11, (40_000,))).astype("float64")
    variance = (scale * np.pi) ** 2 / 3
    np.testing.assert_allclose(draws.mean(0), numpy(p.mean), atol=4 * np.sqrt(2 * variance / len(draws)))
    np.testing.assert_allclose(np.cov(draws.T)[0], [variance, coupling * variance], rtol=0.05)


def test_logistic_mixture_mode_is_the_color_with_the_highest_probability():
    logits, loc, log_scale, coupling = parameters(2, seed=4)
    p = mixture(2, (logits, loc, np.full_like(log_scale, -5.0), coupling), levels=8)
    grid = np.stack(np.meshgrid(*[np.arange(8) / 7] * 2, indexing="ij"), axis=-1).reshape(-1, 2).astype("float32")
    np.testing.assert_allclose(numpy(p.mode), grid[numpy(p.log_prob(grid)).argmax()], rtol=1e-6)
