"""The second stage of a two-stage VAE."""

import dataclasses

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from kvae.latent.samplers import fit, read_sampler, write_sampler
from kvae.latent.samplers.two_stage import TwoStage


def _linear(rank, gamma, seed=0):
    """Return a second stage whose decoder ignores u, so that its density is N(s; 0, γ² I)."""
    arrays = TwoStage.untrained(rank, 0, 6, seed)
    return dataclasses.replace(
        arrays,
        decoder_kernel_out=np.zeros_like(arrays.decoder_kernel_out),
        log_gamma=np.full(1, np.log(gamma), "float32"),
    )


def test_density_of_a_decoder_without_latent_units_is_normal():
    density, features = _linear(3, 0.5), np.zeros((500, 0))
    known = multivariate_normal(np.zeros(3), 0.25 * np.eye(3))
    scores = known.rvs(500, random_state=0)
    np.testing.assert_allclose(density.log_prob(scores, features), known.logpdf(scores), rtol=1e-4)
    draws = density.sample(np.zeros((5000, 0)), np.random.default_rng(0))
    np.testing.assert_allclose(np.cov(draws.T), 0.25 * np.eye(3), atol=0.02)


def test_fitted_second_stage_separates_clusters():
    """Two clusters are far apart. The bound of the log density is near the known value, and above that of a normal."""
    rng = np.random.default_rng(0)
    codes = 8.0 * rng.integers(2, size=(3000, 1)) + rng.standard_normal((3000, 2)) * [1, 2]
    two_stage, normal = fit("two_stage", codes), fit("normal", codes)
    known = -np.log(2) - np.log(2 * np.pi * np.e) - np.log(2)
    assert normal.held_out_log_prob + 0.4 < two_stage.held_out_log_prob < known + 0.1
    draws = two_stage.sample(2000, seed=1)
    assert (np.abs(draws[:, 0] - 4) < 1.5).mean() < 0.05
    np.testing.assert_allclose(draws.std(axis=0), codes.std(axis=0), rtol=0.1)


def test_file_of_a_second_stage_with_labels_draws_the_same_codes(tmp_path):
    rng = np.random.default_rng(0)
    features = np.eye(2)[rng.integers(2, size=60)]
    sampler = fit("two_stage", rng.standard_normal((60, 3)), features, exclusive=True)
    write_sampler(tmp_path / "sampler.npz", sampler)
    loaded = read_sampler(tmp_path / "sampler.npz")
    np.testing.assert_array_equal(loaded.sample(60, features, seed=2), sampler.sample(60, features, seed=2))


@pytest.mark.parametrize("change", [{"bias": np.zeros(3, "float32")}, {"log_gamma": np.full(1, np.inf, "float32")}])
def test_arrays_that_are_no_second_stage_are_refused(change):
    density = TwoStage.untrained(2, 1, 4, 0)
    density.check(2, 1)
    with pytest.raises(ValueError, match=r"kernel|log_gamma"):
        dataclasses.replace(density, **change).check(2, 1)


@pytest.mark.parametrize("kind", ["flow", "two_stage"])
def test_samplers_of_large_codes_are_small(kind, monkeypatch):
    monkeypatch.setattr("kvae.latent.samplers.trained.EPOCHS", 1)
    sampler = fit(kind, np.random.default_rng(0).standard_normal((400, 16, 16, 4)))
    assert sum(array.nbytes for array in sampler.arrays().values()) < 10**6
    assert sampler.sample(2, seed=0).shape == (2, 16, 16, 4)
