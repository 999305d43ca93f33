"""Samplers fitted to codes whose density is known."""

import functools

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.covariance import ledoit_wolf

from kvae.errors import ChoiceError, UserError
from kvae.latent.samplers import fit
from kvae.latent.samplers.coordinates import principal_components
from kvae.latent.samplers.kinds import KINDS, Kind
from kvae.latent.samplers.mixture import Mixture, mixtures, shrunk_covariance

RNG_SEED = 0


def _normal_codes(n, size, seed=RNG_SEED):
    """Return codes (n, size) of a normal distribution with correlations, and the distribution."""
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((size, size)) + 2 * np.eye(size)
    mean = 3 * rng.standard_normal(size)
    return mean + rng.standard_normal((n, size)) @ root.T, multivariate_normal(mean, root @ root.T)


def _clusters(n, centres, seed=RNG_SEED):
    rng = np.random.default_rng(seed)
    return centres[rng.integers(len(centres), size=n)] + rng.standard_normal((n, centres.shape[1]))


def test_normal_recovers_the_log_density_of_a_normal_distribution():
    codes, known = _normal_codes(20_000, 4)
    sampler = fit("normal", codes)
    others = known.rvs(1000, random_state=1)
    np.testing.assert_allclose(sampler.log_prob(others).mean(), known.logpdf(others).mean(), atol=0.01)
    assert np.abs(sampler.log_prob(others) - known.logpdf(others)).mean() < 0.05
    assert sampler.held_out_log_prob == pytest.approx(-known.entropy(), abs=0.1)


def test_normal_draws_have_the_mean_and_the_covariance_of_the_codes():
    codes, known = _normal_codes(20_000, 4)
    draws = fit("normal", codes).sample(50_000, seed=3)
    np.testing.assert_allclose(draws.mean(axis=0), known.mean, atol=0.1)
    np.testing.assert_allclose(np.cov(draws.T), known.cov, atol=0.05 * np.abs(known.cov).max())


def test_mixture_of_separated_clusters_has_as_many_components_or_more():
    centres = 20 * np.eye(5, 3)
    centres[3:] = [[-20, 0, 0], [0, -20, 20]]
    codes = _clusters(2000, centres)
    mixture, normal = fit("mixture", codes), fit("normal", codes)
    assert mixture.facts["components"] >= 5
    entropy = 1.5 * np.log(2 * np.pi * np.e) + np.log(5)
    assert mixture.held_out_log_prob == pytest.approx(-entropy, abs=0.2)
    assert mixture.held_out_log_prob > normal.held_out_log_prob + 1
    draws = mixture.sample(1000, seed=1)
    distance = np.linalg.norm(draws[:, None] - centres, axis=2)  # (1000, 5)
    assert (distance.min(axis=1) < 5).all()
    np.testing.assert_allclose(np.bincount(distance.argmin(axis=1)) / 1000, 0.2, atol=0.05)


@pytest.mark.parametrize("n", [40, 4000])
def test_principal_components_are_those_of_the_singular_value_decomposition(n):
    x = np.random.default_rng(0).standard_normal((n, 60)) * np.linspace(1, 3, 60)
    variances, directions = principal_components(x, 3)
    _, values, rows = np.linalg.svd(x, full_matrices=False)
    np.testing.assert_allclose(variances[::-1], np.square(values[:3]) / n)
    np.testing.assert_allclose(np.abs(np.sum(directions[:, ::-1] * rows[:3].T, axis=0)), 1)


def test_shrunk_covariance_is_that_of_ledoit_and_wolf():
    """The target of scikit-learn is the identity if the mean of the variances is 1."""
    x = _normal_codes(50, 6)[0]
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    expected, share = ledoit_wolf(x, assume_centered=True)
    assert 0.05 < share < 0.95
    np.testing.assert_allclose(shrunk_covariance(x, np.ones(6)), expected, rtol=1e-10)


def test_shrunk_covariance_does_not_depend_on_the_units_of_the_scores():
    x, units = _normal_codes(50, 6)[0], np.geomspace(0.01, 100, 6)
    expected = shrunk_covariance(x, np.ones(6)) * np.outer(units, units)
    np.testing.assert_allclose(shrunk_covariance(x * units, units**2), expected, rtol=1e-10)


@pytest.mark.parametrize("kind", ["normal", "mixture"])
def test_few_codes_of_many_units_have_a_density_near_that_of_independent_units(kind):
    """The covariance of 90 codes of 60 units alone would lower the mean log density of other codes by dozens of nats."""
    codes = np.random.default_rng(0).standard_normal((2000, 60))
    known = multivariate_normal(np.zeros(60), np.eye(60)).logpdf(codes[100:]).mean()
    assert fit(kind, codes[:100]).log_prob(codes[100:]).mean() > known - 1.5
    alone = multivariate_normal(codes[:90].mean(axis=0), np.cov(codes[:90].T)).logpdf(codes[100:]).mean()
    assert alone < known - 24


@pytest.mark.parametrize("n", [20, 25, 300])
def test_mixture_is_at_least_as_probable_as_the_normal(n):
    codes = np.random.default_rng(2).standard_t(3, (n, 3))
    assert fit("mixture", codes).held_out_log_prob >= fit("normal", codes).held_out_log_prob


def test_log_prob_of_a_mixture_integrates_to_one():
    codes = _clusters(500, np.array([[0.0], [6.0]]))
    sampler = fit("mixture", codes)
    grid = np.linspace(-10, 16, 5001)
    assert np.trapezoid(np.exp(sampler.log_prob(grid[:, None])), grid) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("per_class", [1.0, 5.0])
def test_sampler_of_classes_draws_the_codes_of_each_class(per_class):
    """The standard deviation of class 1 is `per_class`, that of the others 1."""
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=3000)
    centres, deviations = np.array([[0.0, 0], [8, 0], [0, 4]]), np.array([1, per_class, 1])
    codes = centres[y] + deviations[y, None] * rng.standard_normal((3000, 2))
    sampler = fit("mixture", codes, np.eye(3)[y], exclusive=True)
    assert per_class == 1 or len(sampler.density.weights) == 3
    for label in range(3):
        draws = sampler.sample(4000, np.eye(3)[np.full(4000, label)], seed=label)
        np.testing.assert_allclose(draws.mean(axis=0), codes[y == label].mean(axis=0), atol=0.3)
        np.testing.assert_allclose(draws.std(axis=0), deviations[label], rtol=0.1)


def test_sampler_of_attributes_shifts_the_mean_by_each_attribute():
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=(3000, 2))
    codes = y @ np.array([[5.0, 0, 0], [0, -2, 1]]) + rng.standard_normal((3000, 3))
    sampler = fit("mixture", codes, y)
    draws = sampler.sample(4000, np.tile([1, 1], (4000, 1)), seed=0)
    np.testing.assert_allclose(draws.mean(axis=0), [5, -2, 1], atol=0.15)
    assert sampler.held_out_log_prob > fit("mixture", codes).held_out_log_prob + 0.5


def test_spatial_codes_have_a_density_of_low_rank_and_a_small_file(tmp_path):
    """Few directions with large variances are recovered, and the density is that of the same normal distribution."""
    rng, size = np.random.default_rng(0), 16 * 16 * 4
    directions = np.linalg.qr(rng.standard_normal((size, 5)))[0] * [50, 40, 30, 20, 10]
    codes = (rng.standard_normal((1000, 5)) @ directions.T + rng.standard_normal((1000, size))).reshape(-1, 16, 16, 4)
    sampler = fit("normal", codes)
    size_in_bytes = sum(array.nbytes for array in sampler.arrays().values())
    assert size_in_bytes < 10**6
    assert sampler.sample(3, seed=0).shape == (3, 16, 16, 4)
    draws = sampler.sample(500, seed=0).reshape(500, -1)
    along = (draws @ (directions / np.linalg.norm(directions, axis=0))).std(axis=0)
    np.testing.assert_allclose(along, [50, 40, 30, 20, 10], rtol=0.2)


def test_low_rank_log_density_is_that_of_a_normal_distribution_with_the_covariance_of_the_draws():
    codes, _ = _normal_codes(400, 6)
    sampler = fit("normal", codes)
    coordinates = type(sampler.coordinates).of(codes, np.zeros((400, 0)), 2)
    basis, scale = coordinates.basis.astype(float), np.diag(coordinates.scale.astype(float))
    inner = basis * np.square(coordinates.spread) @ basis.T + coordinates.noise**2 * (np.eye(6) - basis @ basis.T)
    known = multivariate_normal(coordinates.center, scale @ inner @ scale)
    scores, log_rest = coordinates.scores(codes, np.zeros((400, 0)))
    log_normal = multivariate_normal(np.zeros(2), np.eye(2)).logpdf(scores)
    np.testing.assert_allclose(log_normal + log_rest, known.logpdf(codes), rtol=1e-5)


@pytest.mark.parametrize("n", [40, 200])
def test_units_that_do_not_vary_keep_their_value(n):
    codes = np.random.default_rng(0).standard_normal((n, 3))
    codes[:, 1] = 7
    draws = fit("mixture", codes).sample(100, seed=0)
    np.testing.assert_allclose(draws[:, 1], 7, atol=1e-3)
    assert draws[:, 0].std() > 0.5


def test_draws_depend_on_the_seed_and_temperature_zero_is_the_mean():
    codes, known = _normal_codes(2000, 3)
    sampler = fit("mixture", codes)
    np.testing.assert_array_equal(sampler.sample(5, seed=1), sampler.sample(5, seed=1))
    assert not np.array_equal(sampler.sample(5, seed=1), sampler.sample(5, seed=2))
    cold = sampler.sample(5, seed=1, temperature=0)
    np.testing.assert_allclose(cold, cold[:1].repeat(5, axis=0))
    np.testing.assert_allclose(cold[0], known.mean, atol=0.5)


def test_fit_with_unsuitable_codes_is_refused():
    codes = np.zeros((30, 2))
    with pytest.raises(ChoiceError, match=r"normal, mixture, flow, two_stage.*kind=gauss"):
        fit("gauss", codes)
    with pytest.raises(UserError, match=r"20 latent codes or more.*Received: 19"):
        fit("normal", codes[:19])
    with pytest.raises(UserError, match="finite latent codes"):
        fit("normal", np.full((30, 2), np.nan))
    with pytest.raises(UserError, match=r"at most 81,661 values.*Received: 100,000"):
        fit("normal", np.zeros((30, 100_000), "float32"))


def test_sample_with_labels_of_another_number_is_refused():
    sampler = fit("normal", np.random.default_rng(0).standard_normal((50, 2)))
    with pytest.raises(UserError, match=r"encoded labels of shape \(3, 0\)"):
        sampler.sample(3, np.ones((3, 2)), seed=0)


def test_mixture_has_the_number_of_components_with_the_largest_log_density(monkeypatch):
    codes = np.random.default_rng(4).standard_t(3, (400, 3))
    found = fit("mixture", codes)
    assert found.facts["components"] > 1
    for count in (1, 2, 5, 10, 20):
        monkeypatch.setitem(KINDS, "mixture", Kind(Mixture, functools.partial(mixtures, counts=(count,))))
        assert fit("mixture", codes).held_out_log_prob <= found.held_out_log_prob
