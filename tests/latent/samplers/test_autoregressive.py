"""Autoregressive samplers of codes on a grid: the density, its draws, and what a fit gains."""

import dataclasses

import numpy as np
import pytest
from keras import ops
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from kvae.errors import UserError
from kvae.latent.samplers import Sampler, fit, read_sampler, trained, write_sampler
from kvae.latent.samplers import autoregressive as module
from kvae.latent.samplers.autoregressive import NOISE, Autoregressive
from kvae.latent.samplers.coordinates import Units
from kvae.latent.samplers.mixture import Mixture

DRAWS = [[-1.327996, -0.779364, -0.266765, -0.51078], [0.535627, 1.499117, 0.220223, 2.400493]]
LOG_PROBS = [-7.78156, -9.535326]
"""Draws of a density of random arrays, and estimates of their log densities. All backends return them."""


def small(grid=(3, 4, 2), labels=0, seed=0):
    """Return a density with random arrays, so that every term matters."""
    rng, size = np.random.default_rng(seed), int(np.prod(grid))
    basis = np.linalg.qr(rng.standard_normal((size, min(2, size))))[0]
    rank = basis.shape[1]
    factors = np.eye(rank)[np.tril_indices(rank)][None]
    arrays = (np.ones((1, 1)), np.zeros((1, rank)), factors)
    mixture = Mixture(*(array.astype("float32") for array in arrays))
    density = Autoregressive.untrained(grid, basis, mixture, labels, channels=5, seed=seed)
    arrays = density.trained_arrays().items()
    return dataclasses.replace(
        density, **{name: (0.2 * rng.standard_normal(array.shape)).astype("float32") for name, array in arrays}
    )


def outputs(density, u, s, features):
    """Return the outputs of the network for codes u (N, h, w, c): (N, h, w, O)."""
    tensors, u, s, features = density.as_tensors(), *map(ops.convert_to_tensor, (u, s, features))
    return ops.convert_to_numpy(tensors.output(u, tensors._image(s), features))


def test_output_at_a_place_depends_on_the_places_before_it_alone(rng):
    density = small()
    u, s = rng.standard_normal((1, 3, 4, 2), "float32"), rng.standard_normal((1, 2), "float32")
    features = np.zeros((1, 0), "float32")
    changed = u + np.eye(12, dtype="float32").reshape(12, 3, 4, 1)  # code number p differs in place p
    found = outputs(density, changed, s.repeat(12, axis=0), features.repeat(12, axis=0))
    change = np.abs(found - outputs(density, u, s, features)).max(axis=-1).reshape(12, 12)
    assert (np.triu(change.T) < 1e-6).all()  # changes reach neither the place itself nor those before it
    assert all(change[place, place + 1] > 1e-6 for place in range(12) if place % 4 != 3)  # to the right
    assert all(change[place, place + 4] > 1e-6 for place in range(8))  # below


@pytest.mark.parametrize("name", ["places", "map_kernel", "label_kernel", "mixed_bias", "first_kernel", "biases"])
def test_output_depends_on_all_that_the_network_reads(name, rng):
    density = small(labels=3)
    data = (rng.standard_normal(shape, "float32") for shape in ((2, 3, 4, 2), (2, 2), (2, 3)))
    u, s, features = data
    without = dataclasses.replace(density, **{name: np.zeros_like(getattr(density, name))})
    assert np.abs(outputs(density, u, s, features) - outputs(without, u, s, features)).max() > 1e-3


@pytest.mark.parametrize("grid", [(1, 2, 1), (1, 1, 2), (2, 1, 1)])
def test_conditional_density_integrates_to_one(grid, rng):
    density = small(grid)
    line = np.linspace(-12, 12, 241)
    u = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2).astype("float32")
    s = np.repeat(rng.standard_normal((1, 2)), len(u), 0).astype("float32")
    parts = map(ops.convert_to_tensor, (u, s, np.zeros((len(u), 0), "float32")))
    log_density = ops.convert_to_numpy(density.as_tensors()._conditional(*parts))
    assert np.exp(log_density.astype("float64")).sum() * (line[1] - line[0]) ** 2 == pytest.approx(1.0, abs=1e-3)


def test_draw_is_the_noise_around_the_mean_of_its_component(rng):
    density = small((3, 4, 4), labels=3)
    s, features = rng.standard_normal((4, 2)), rng.standard_normal((4, 3))
    chosen, noise = rng.random((4, 3, 4)), rng.standard_normal((4, 3, 4, 4))
    drawn = density._drawn(s, features, chosen, noise)
    tensors = density.as_tensors()
    image = ops.convert_to_numpy(tensors._image(ops.convert_to_tensor(s.astype("float32"))))
    output = outputs(density, drawn, s.astype("float32"), features.astype("float32"))
    parts = map(ops.convert_to_numpy, tensors._parameters(ops.convert_to_tensor(output)))
    log_weights, shift, log_scale, coupling = parts
    k = (chosen[..., None] >= np.cumsum(np.exp(log_weights), axis=-1)).sum(axis=-1)[..., None, None]
    shift, scale = (np.take_along_axis(part, k, axis=-2)[..., 0, :] for part in (shift, np.exp(log_scale)))
    matrices = np.zeros((*coupling.shape[:-1], 4, 4))
    matrices[(..., *np.tril_indices(4, -1))] = coupling
    coupled = np.einsum("...ji,...i->...j", matrices, drawn - image)
    np.testing.assert_allclose((drawn - image - shift - coupled) / scale, noise, atol=1e-3)


def test_density_of_a_place_has_the_couplings_of_its_values(rng):
    """The log density of one place is that of a mixture of normal distributions with full covariances."""
    density = small((1, 1, 3))
    u, s = rng.standard_normal((5, 3), "float32"), rng.standard_normal((5, 2), "float32")
    features = np.zeros((5, 0), "float32")
    tensors = density.as_tensors()
    found = ops.convert_to_numpy(tensors._conditional(*map(ops.convert_to_tensor, (u, s, features))))
    output = ops.convert_to_tensor(outputs(density, u.reshape(5, 1, 1, 3), s, features))
    log_weights, shift, log_scale, coupling = (
        ops.convert_to_numpy(part)[:, 0, 0] for part in tensors._parameters(output)
    )
    for n in range(5):
        matrix = np.zeros((3, 3))
        matrix[np.tril_indices(3, -1)] = coupling[n]
        unmixed = np.linalg.inv(np.eye(3) - matrix)  # u − m = unmixed (μ + σ e)
        covariances = [unmixed @ np.diag(np.exp(2 * log_scale[n, k])) @ unmixed.T for k in range(3)]
        means = [density.basis @ s[n] + unmixed @ shift[n, k] for k in range(3)]
        parts = [multivariate_normal(*pair).logpdf(u[n]) for pair in zip(means, covariances, strict=True)]
        assert found[n] == pytest.approx(logsumexp(log_weights[n] + parts), abs=1e-4)


def test_draws_and_densities_do_not_depend_on_how_many_are_computed_at_once(monkeypatch, rng):
    density, features = small(labels=3), rng.standard_normal((7, 3))
    drawn = density.sample(features, np.random.default_rng(1))
    log_prob = density.log_prob(drawn, features)
    monkeypatch.setattr(module, "CHUNK", 3)
    np.testing.assert_allclose(density.sample(features, np.random.default_rng(1)), drawn, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(density.log_prob(drawn, features), log_prob, rtol=1e-4)


def test_draws_and_densities_are_those_of_other_backends():
    density, features = small((2, 2, 1), labels=2), np.eye(2)
    np.testing.assert_allclose(density.sample(features, np.random.default_rng(0)), DRAWS, atol=1e-4)
    np.testing.assert_allclose(density.log_prob(np.array(DRAWS), features), LOG_PROBS, atol=1e-3)


def test_log_prob_is_the_bound_of_draws_of_q(monkeypatch):
    """On a grid of one place with one value, the bound and the log density are integrals over one s."""
    monkeypatch.setattr(module, "CHUNK", 2000)
    density = small((1, 1, 1))
    line = np.linspace(-8, 8, 801)
    for u in (-1.0, 2.0):
        s = line[:, None].astype("float32")
        codes = np.full((len(s), 1), u, "float32")
        parts = map(ops.convert_to_tensor, (codes, s, np.zeros((len(s), 0), "float32")))
        log_pu = ops.convert_to_numpy(density.as_tensors()._conditional(*parts)).astype("float64")
        log_ps = density.mixture.log_prob(line[:, None], np.zeros((len(s), 0)))
        step, at = line[1] - line[0], u * float(density.basis[0, 0])
        log_qs = -0.5 * ((line - at) / NOISE) ** 2 - np.log(NOISE) - 0.5 * np.log(2 * np.pi)
        expected = (np.exp(log_qs) * (log_ps + log_pu - log_qs)).sum() * step
        assert expected < np.log(np.exp(log_pu + log_ps).sum() * step)
        found = density.log_prob(np.full((2000, 1), u), np.zeros((2000, 0))).mean()
        assert found == pytest.approx(expected, abs=0.05)


@pytest.fixture(scope="module")
def codes():
    """Codes on a grid of 4×4 in which each place is the one to its left with another sign in half of the codes."""
    rng = np.random.default_rng(0)
    signs = rng.choice([-1.0, 1.0], (600, 1, 1, 1))
    first = rng.standard_normal((600, 4, 1, 1))
    columns = [first]
    for _ in range(3):
        columns.append(signs * columns[-1] + 0.1 * rng.standard_normal((600, 4, 1, 1)))
    return np.concatenate(columns, axis=2).astype("float32")


def test_fit_learns_dependencies_that_a_mixture_does_not(codes, monkeypatch):
    for name, value in {"EPOCHS": 10, "CHANNELS": 16, "BLOCKS": 1}.items():
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(trained, "LEARNING_RATE", 1e-2)
    sampler, mixture = fit("autoregressive", codes), fit("normal", codes)
    assert sampler.held_out_log_prob > mixture.held_out_log_prob + 3
    assert sampler.facts["global_scores"] == 1
    assert sampler.log_prob(codes[:5]).shape == (5,)
    drawn = sampler.sample(400, seed=1)
    assert drawn.shape == (400, 4, 4, 1)
    np.testing.assert_array_equal(drawn, sampler.sample(400, seed=1))
    # Neighbours have nearly equal absolute values, but are not correlated.
    assert _correlation(np.abs(drawn)) > 0.6
    assert _correlation(np.abs(mixture.sample(400, seed=1))) < 0.2


def _correlation(codes):
    """Return the correlation between neighbours in a row."""
    return np.corrcoef(codes[:, :, 1:].ravel(), codes[:, :, :-1].ravel())[0, 1]


@pytest.fixture(scope="module")
def sampler():
    """A sampler of random arrays, for labels of two classes."""
    density, units = small((2, 2, 4), labels=2), Units.of(*np.random.default_rng(0).standard_normal((2, 40, 16)))
    units = dataclasses.replace(units, effects=np.zeros((2, 16), "float32"))
    return Sampler("autoregressive", (2, 2, 4), units, density, codes=40, held_out_log_prob=-1.0)


def test_file_of_an_autoregressive_sampler_draws_the_same_codes(sampler, tmp_path):
    write_sampler(tmp_path / "sampler.npz", sampler)
    loaded, features = read_sampler(tmp_path / "sampler.npz"), np.eye(2)[[0, 1, 1]]
    drawn = sampler.sample(3, features, seed=3)
    np.testing.assert_array_equal(loaded.sample(3, features, seed=3), drawn)
    np.testing.assert_array_equal(loaded.log_prob(drawn, features), sampler.log_prob(drawn, features))
    assert np.abs(drawn[1:] - sampler.sample(3, np.eye(2)[[0, 0, 0]], seed=3)[1:]).max() > 1e-3  # labels matter


def many_blocks(count):
    """Return arrays of so many blocks, which would take hours if there were thousands of them."""
    shapes = module.shapes((2, 2, 4), 2, 33, channels=5, blocks=count)
    return {name: np.zeros(shapes[name], "float32") for name in shapes if shapes[name][0] == count}


@pytest.mark.parametrize(
    "changes",
    [
        {"grid": np.array([4, 4, 4])},
        {"grid": np.array([-2, -2, 4])},
        {"grid": np.array([2.0, 2.0, 4.0])},
        {"grid": np.array(16)},
        {"basis": np.zeros((16, 0), "float32")},
        {"biases": np.array(1.0, "float32")},
        {"kernels": np.full((5, 5, 5, 5), np.nan, "float32")},
        {"mixed_bias": np.zeros(7, "float32")},
        {"biases": np.zeros((0, 5), "float32")},
        many_blocks(40),
        {"mixed_bias": np.zeros(0, "float32")},
        {"label_kernel": np.zeros((3, 5), "float32")},
    ],
    ids=lambda changes: next(f"{name} {array.shape}" for name, array in changes.items()),
)
def test_file_with_other_arrays_is_refused(sampler, tmp_path, changes):
    np.savez(tmp_path / "sampler.npz", **sampler.arrays() | changes)
    with pytest.raises(UserError, match="Expected a sampler, as kvae wrote it"):
        read_sampler(tmp_path / "sampler.npz")


def test_file_of_a_large_code_has_at_most_one_megabyte(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "train", lambda density, *_, **__: density)
    codes = np.random.default_rng(0).standard_normal((60, 16, 16, 8), "float32")
    sampler = fit("autoregressive", codes, np.eye(2)[np.arange(60) % 2], exclusive=True)
    assert sampler.facts["global_scores"] > 10
    assert len(sampler.density.mixed_bias) > 10
    write_sampler(tmp_path / "sampler.npz", sampler)
    assert read_sampler(tmp_path / "sampler.npz").facts == sampler.facts


def test_codes_that_are_too_large_are_refused():
    codes = np.random.default_rng(0).standard_normal((20, 300, 300, 1), "float32")
    with pytest.raises(UserError, match=r"Expected .*latent codes"):
        fit("autoregressive", codes)


def test_codes_that_lie_on_no_grid_are_refused():
    with pytest.raises(UserError, match=r"Expected spatial latent codes \(h, w, c\).*codes of shape \(5,\)"):
        fit("autoregressive", np.random.default_rng(0).standard_normal((100, 5)))
