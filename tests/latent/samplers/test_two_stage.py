"""The second stage of a two-stage VAE."""

import dataclasses

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from kvae.latent.samplers import fit, read_sampler, write_sampler
from kvae.latent.samplers.two_stage import TwoStage

CLUSTERS = np.random.default_rng(0).integers(2, size=(3000, 1))
"""Cluster of each code."""

DRAWS, BOUNDS = [[-1.468994, 0.615231], [2.373311, 1.849204]], [-3.649828, -4.117361]
"""Draws of a random second stage, and bounds of their log densities."""


def _linear(rank, gamma, seed=0):
    """Return a second stage whose decoder ignores u, so that its density is N(s; 0, γ² I)."""
    arrays = TwoStage.untrained(rank, 0, 6, seed)
    slopes, log_gamma = arrays.slopes * [[1], [0]], np.full(1, np.log(gamma))
    return dataclasses.replace(arrays, slopes=slopes.astype("float32"), log_gamma=log_gamma.astype("float32"))


def test_training_begins_with_the_standard_normal():
    scores, features = np.random.default_rng(0).standard_normal((50, 3)), np.zeros((50, 1))
    expected = multivariate_normal(np.zeros(3), np.eye(3)).logpdf(scores)
    np.testing.assert_allclose(TwoStage.untrained(3, 1, 4, 0).log_prob(scores, features), expected, rtol=1e-4)


def test_density_of_a_decoder_without_latent_units_is_normal():
    density, features = _linear(3, 0.5), np.zeros((500, 0))
    known = multivariate_normal(np.zeros(3), 0.25 * np.eye(3))
    draws = density.sample(np.zeros((5000, 0)), np.random.default_rng(0))
    np.testing.assert_allclose(np.cov(draws.T), 0.25 * np.eye(3), atol=0.02)
    scores = known.rvs(500, random_state=0)
    bound, exact = density.log_prob(scores, features), known.logpdf(scores)
    assert exact.mean() - 1 < bound.mean() < exact.mean() + 0.1


@pytest.fixture(scope="module")
def fitted():
    """Return codes in two clusters that are far apart, and a second stage of them."""
    codes = 8.0 * CLUSTERS + np.random.default_rng(1).standard_normal((3000, 2)) * [1, 2]
    return codes, fit("two_stage", codes)


def test_fitted_second_stage_is_more_probable_than_a_normal(fitted):
    """The bound of the log density does not exceed the known log density, and exceeds that of a normal."""
    codes, two_stage = fitted
    known = -np.log(2) - np.log(2 * np.pi * np.e) - np.log(2)
    assert fit("normal", codes).held_out_log_prob + 0.2 < two_stage.held_out_log_prob < known + 0.1
    draws = two_stage.sample(2000, seed=1)
    np.testing.assert_allclose(draws.mean(axis=0), codes.mean(axis=0), atol=0.5)
    np.testing.assert_allclose(draws.std(axis=0), codes.std(axis=0), rtol=0.2)


def test_file_of_a_second_stage_draws_the_same_codes(fitted, tmp_path):
    _, sampler = fitted
    write_sampler(tmp_path / "sampler.npz", sampler)
    loaded = read_sampler(tmp_path / "sampler.npz")
    assert loaded.facts == sampler.facts
    np.testing.assert_array_equal(loaded.sample(9, seed=2), sampler.sample(9, seed=2))


def test_draws_and_bounds_are_the_same_on_all_backends():
    density, rng = TwoStage.untrained(2, 1, 4, 0), np.random.default_rng(0)
    random = {
        name: rng.normal(0, 0.5, value.shape).astype("float32") for name, value in density.trained_arrays().items()
    }
    density, features = dataclasses.replace(density, **random), np.array([[0.0], [1.0]])
    np.testing.assert_allclose(density.sample(features, np.random.default_rng(0)), DRAWS, atol=1e-4)
    np.testing.assert_allclose(density.log_prob(np.array(DRAWS), features), BOUNDS, atol=1e-4)


@pytest.mark.parametrize("change", [{"bias": np.zeros(3, "float32")}, {"log_gamma": np.full(1, np.inf, "float32")}])
def test_arrays_that_are_no_second_stage_are_refused(change):
    density = TwoStage.untrained(2, 1, 4, 0)
    density.check(2, 1)
    with pytest.raises(ValueError, match=r"kernel|log_gamma"):
        dataclasses.replace(density, **change).check(2, 1)


@pytest.mark.parametrize("kind", ["flow", "two_stage"])
def test_samplers_of_large_codes_are_small(kind, monkeypatch):
    monkeypatch.setattr(f"kvae.latent.samplers.{kind}.train", lambda density, *scores_and_seed: density)
    sampler = fit(kind, np.random.default_rng(0).standard_normal((400, 16, 16, 4)))
    assert sum(array.nbytes for array in sampler.arrays().values()) < 10**6
    assert sampler.sample(2, seed=0).shape == (2, 16, 16, 4)
