"""Flows of affine coupling layers."""

import dataclasses

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from kvae.latent.samplers import fit, read_sampler, write_sampler
from kvae.latent.samplers.flow import LAYERS, Flow


def _random(rank, labels, seed=0):
    """Return a flow whose layers are far from the identity."""
    rng, flow = np.random.default_rng(seed), Flow.identity(rank, labels, 5, seed)
    random = {name: rng.standard_normal(value.shape).astype("float32") for name, value in flow.trained_arrays().items()}
    return dataclasses.replace(flow, **random)


@pytest.mark.parametrize("rank", [1, 2, 5])
def test_identity_is_the_standard_normal(rank):
    scores = np.random.default_rng(0).standard_normal((20, rank))
    expected = multivariate_normal(np.zeros(rank), np.eye(rank)).logpdf(scores)
    np.testing.assert_allclose(Flow.identity(rank, 0, 4, 0).log_prob(scores, np.zeros((20, 0))), expected, rtol=1e-5)


def test_log_prob_is_that_of_the_draws():
    """The density of a draw is that of its noise, times the inverse of the volume of a small cube that is mapped with it."""
    flow, features, step = _random(3, 2), np.array([[1.0, 0.0]]), 1e-2
    noise = np.random.default_rng(1).standard_normal((1, 3))

    class Noise:
        def __init__(self, value):
            self.standard_normal = lambda shape: value

    def draw(value):
        return flow.sample(features, Noise(value))

    columns = [(draw(noise + step * unit) - draw(noise - step * unit))[0] / (2 * step) for unit in np.eye(3)]
    expected = multivariate_normal(np.zeros(3), np.eye(3)).logpdf(noise) - np.linalg.slogdet(np.stack(columns))[1]
    assert flow.log_prob(draw(noise), features)[0] == pytest.approx(expected, abs=0.02)


def test_fitted_flow_bends_with_the_label():
    """z2 is z1² with the label 1, and −z1² with the label 0. A mixture that the labels shift cannot bend so."""
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=(3000, 1))
    first = rng.standard_normal(3000)
    codes = np.stack([first, (2 * y[:, 0] - 1) * first**2 + 0.3 * rng.standard_normal(3000)], axis=1)
    flow, mixture = fit("flow", codes, y), fit("mixture", codes, y)
    assert flow.held_out_log_prob > mixture.held_out_log_prob + 0.2
    for label in (0, 1):
        draws = flow.sample(2000, np.full((2000, 1), label), seed=1)
        slope = np.polyfit(draws[:, 0] ** 2, draws[:, 1], 1)[0]
        assert slope == pytest.approx(2 * label - 1, abs=0.3)


def test_file_of_a_flow_draws_the_same_codes(tmp_path):
    sampler = fit("flow", np.random.default_rng(0).standard_normal((60, 2, 2, 1)))
    write_sampler(tmp_path / "sampler.npz", sampler)
    loaded = read_sampler(tmp_path / "sampler.npz")
    assert loaded.facts == sampler.facts
    np.testing.assert_array_equal(loaded.sample(5, seed=2), sampler.sample(5, seed=2))


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
