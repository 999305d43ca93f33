"""Flows of affine coupling layers."""

import dataclasses

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from kvae.latent.samplers import fit, read_sampler, write_sampler
from kvae.latent.samplers.flow import LAYERS, Flow
from kvae.latent.samplers.trained import to_array, to_tensor

DRAWS, LOG_PROBS = [[1.500081, -0.83039, 0.810641], [3.597043, -0.666246, -1.752351]], [-3.883929, -3.438039]
"""Draws of the flow of `_random(3, 2)`, and their log densities."""


def _random(rank, labels, seed=0):
    """Return a flow whose layers are far from the identity."""
    rng, flow = np.random.default_rng(seed), Flow.identity(rank, labels, 5, seed)
    random = {name: rng.normal(0, 0.3, value.shape).astype("float32") for name, value in flow.trained_arrays().items()}
    return dataclasses.replace(flow, **random)


@pytest.mark.parametrize("rank", [1, 2, 5])
def test_identity_is_the_standard_normal(rank):
    scores = np.random.default_rng(0).standard_normal((20, rank))
    expected = multivariate_normal(np.zeros(rank), np.eye(rank)).logpdf(scores)
    np.testing.assert_allclose(Flow.identity(rank, 0, 4, 0).log_prob(scores, np.zeros((20, 0))), expected, rtol=1e-5)


def test_noise_of_scores_is_the_noise_they_were_made_of():
    flow, rng = _random(5, 2), np.random.default_rng(1)
    noise, features = to_tensor(rng.standard_normal((50, 5))), to_tensor(rng.standard_normal((50, 2)))
    again, _ = flow.noise(flow.scores(noise, features), features)
    np.testing.assert_allclose(to_array(again), to_array(noise), atol=1e-4)


def test_density_integrates_to_one():
    flow, line = _random(2, 0), np.linspace(-12, 12, 401)
    points = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    density = np.exp(flow.log_prob(points, np.zeros((len(points), 0))))
    assert density.sum() * (line[1] - line[0]) ** 2 == pytest.approx(1, abs=1e-3)
    draws = flow.sample(np.zeros((20_000, 0)), np.random.default_rng(2))
    np.testing.assert_allclose(draws.mean(axis=0), density @ points / density.sum(), atol=0.05)


def test_draws_and_log_densities_are_the_same_on_all_backends():
    flow, features = _random(3, 2), np.array([[1.0, 0.0], [0.0, 1.0]])
    draws = flow.sample(features, np.random.default_rng(0))
    np.testing.assert_allclose(draws, DRAWS, atol=1e-4)
    np.testing.assert_allclose(flow.log_prob(np.array(DRAWS), features), LOG_PROBS, atol=1e-4)


@pytest.fixture(scope="module")
def fitted():
    """Return codes z, in which z2 is z1² with the label 1 and −z1² with the label 0, their labels, and a flow of them."""
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=(3000, 1))
    first = rng.standard_normal(3000)
    codes = np.stack([first, (2 * y[:, 0] - 1) * first**2 + 0.3 * rng.standard_normal(3000)], axis=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kvae.latent.samplers.trained.EPOCHS", 8)
        return codes, y, fit("flow", codes, y)


def test_fitted_flow_bends_with_the_label(fitted):
    codes, y, flow = fitted
    assert flow.held_out_log_prob > fit("normal", codes, y).held_out_log_prob + 0.4
    assert flow.log_prob(codes, y).mean() > flow.log_prob(codes, 1 - y).mean() + 1


def test_file_of_a_flow_draws_the_same_codes(fitted, tmp_path):
    _, y, sampler = fitted
    write_sampler(tmp_path / "sampler.npz", sampler)
    loaded = read_sampler(tmp_path / "sampler.npz")
    assert loaded.facts == sampler.facts
    np.testing.assert_array_equal(loaded.sample(5, y[:5], seed=2), sampler.sample(5, y[:5], seed=2))


CHANGES = {
    "orders without a unit": {"orders": np.zeros((LAYERS, 3), int)},
    "orders of units that do not exist": {"orders": np.full((LAYERS, 3), 7)},
    "orders in floats": {"orders": np.tile(np.arange(3.0), (LAYERS, 1))},
    "fewer orders": {"orders": np.arange(3)[None]},
    "NaN": {"biases": np.full((LAYERS, 4), np.nan, "float32")},
    "a number": {"biases": np.float32(1)},
    "another width": {"kernels": np.zeros((LAYERS, 1, 9), "float32")},
}


@pytest.mark.parametrize("change", CHANGES)
def test_arrays_that_are_no_flow_are_refused(change):
    flow = Flow.identity(3, 0, 4, 0)
    flow.check(3, 0)
    with pytest.raises(ValueError, match=r"orders|biases|kernels"):
        dataclasses.replace(flow, **CHANGES[change]).check(3, 0)
