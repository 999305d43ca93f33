"""Families of priors: known densities, draws, gradients into their weights, and refusals."""

import numpy as np
import pytest
from keras import ops
from scipy import special, stats

from kvae.distributions import (
    DiagonalNormal,
    Mixture,
    MixtureOfNormals,
    Normal,
    StandardNormal,
    VampPrior,
    priors,
    sample_with_kl,
)
from kvae.errors import UserError
from kvae.models import VAE, CondVAE
from kvae.networks import mlp


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def mixture(seed=0):
    """Two normal distributions in the plane, of weights 1/4 and 3/4."""
    loc = np.array([[-2.0, 0.0], [1.0, 1.0]], "float32")
    log_scale = np.array([[0.0, -0.5], [-0.3, 0.2]], "float32")
    return Mixture(np.log(np.array([1.0, 3.0], "float32")), Normal(loc, log_scale)), loc, np.exp(log_scale)


def test_mixture_log_prob_agrees_with_scipy():
    pz, loc, scale = mixture()
    z = np.random.default_rng(0).normal(size=(5, 4, 2)).astype("float32")
    each = [stats.norm(loc[k], scale[k]).logpdf(z).sum(-1) for k in range(2)]
    expected = special.logsumexp(np.stack(each, -1) + np.log([0.25, 0.75]), axis=-1)
    np.testing.assert_allclose(numpy(pz.log_prob(ops.convert_to_tensor(z))), expected, rtol=1e-4)


def test_mixture_log_prob_with_small_scales_is_as_exact_as_the_differences():
    loc = np.array([[3.0, -2.0], [3.1, 1.0]])
    scale = np.exp(np.full((2, 2), -6.0))
    z = (loc[0] + scale[0] * np.array([[0.5, -1.0], [2.0, 0.0]])).astype("float32")
    pz = Mixture(np.zeros(2, "float32"), Normal(loc.astype("float32"), np.full((2, 2), -6.0, "float32")))
    loc = loc.astype("float32").astype("float64")
    expected = special.logsumexp(
        np.stack([stats.norm(loc[k], scale[k]).logpdf(z.astype("float64")).sum(-1) for k in range(2)], -1), -1
    ) - np.log(2)
    np.testing.assert_allclose(numpy(pz.log_prob(ops.convert_to_tensor(z))), expected, rtol=1e-4)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 2e-4), ("float64", 1e-10)])
@pytest.mark.parametrize("shape", [(3,), (2, 2, 3)])
def test_gradients_of_a_mixture_of_normals_are_those_of_its_formula(gradients, double, dtype, tolerance, shape):
    rng = np.random.default_rng(0)
    z, loc, logits = rng.normal(size=(6, *shape)), rng.normal(size=(5, *shape)), rng.normal(size=5)
    log_scale = rng.uniform(-1.5, 0.5, size=(5, *shape))
    axes = tuple(range(-len(shape), 0))

    def mixture_density(logits, loc, log_scale, z):
        return Mixture(logits, Normal(loc, log_scale, event=len(shape)), event=len(shape)).log_prob(z)

    def formula(logits, loc, log_scale, z):
        squares = ops.square((ops.expand_dims(z, 1) - loc) * ops.exp(-log_scale))
        log_p_k = -ops.sum(0.5 * squares + log_scale + 0.5 * np.log(2 * np.pi), axis=axes)
        return ops.logsumexp(ops.log_softmax(logits) + log_p_k, axis=-1)

    arrays = [value.astype(dtype) for value in (logits, loc, log_scale, z)]
    for found, expected in zip(gradients(mixture_density, *arrays), gradients(formula, *arrays), strict=True):
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


def test_mixture_draws_have_its_moments():
    pz, _, _ = mixture()
    z = numpy(pz.sample(0, (100_000,))).astype("float64")
    assert z.shape == (100_000, 2)
    np.testing.assert_allclose(z.mean(0), numpy(pz.mean), atol=0.02)
    np.testing.assert_allclose(z.std(0), numpy(pz.stddev), rtol=0.02)
    assert (z[:, 0] < -0.5).mean() == pytest.approx(
        0.25 * stats.norm(-2, 1).cdf(-0.5) + 0.75 * stats.norm(1, np.exp(-0.3)).cdf(-0.5), abs=0.01
    )


def test_mixture_mode_is_the_densest_component_mode():
    pz, loc, _ = mixture()
    np.testing.assert_allclose(numpy(pz.mode), loc[1])


def test_mixture_with_a_batch_draws_for_each_example():
    prior = MixtureOfNormals((2, 2, 3), 4, seed=0)
    pz = prior((2, 2, 3), batch=(5,))
    z = pz.sample(0)
    assert tuple(z.shape) == (5, 2, 2, 3)
    assert tuple(pz.log_prob(z).shape) == (5,)
    assert tuple(prior((2, 2, 3)).sample(0, (7,)).shape) == (7, 2, 2, 3)


def test_mixture_of_one_standard_component_equals_standard_normal():
    prior = MixtureOfNormals((3,), 1, spread=0.0)
    z = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
    expected = StandardNormal()((3,)).log_prob(ops.convert_to_tensor(z))
    np.testing.assert_allclose(numpy(prior((3,)).log_prob(ops.convert_to_tensor(z))), numpy(expected), rtol=1e-5)


def test_vamp_prior_log_prob_is_the_mean_density_of_the_pseudo_inputs_posteriors():
    prior, encoder = VampPrior((8,), 5, mean=0.4, stddev=0.3, seed=0), mlp(8, 4, (6,), "tanh")

    def posterior(x):
        return DiagonalNormal()(encoder(x))

    z = np.random.default_rng(0).normal(size=(7, 2)).astype("float32")
    qu = posterior(np.clip(numpy(prior.pseudo_inputs), 0, 1))
    densities = [stats.norm(m, s).logpdf(z).sum(-1) for m, s in zip(numpy(qu.mean), numpy(qu.stddev), strict=True)]
    expected = special.logsumexp(densities, axis=0) - np.log(5)
    np.testing.assert_allclose(numpy(prior((2,), posterior).log_prob(ops.convert_to_tensor(z))), expected, rtol=1e-4)


def test_vae_with_mixture_prior_has_a_rate_without_closed_form():
    model = VAE(mlp(8, 4), mlp(2, 8), prior=MixtureOfNormals((2,), 3, seed=0))
    x = np.random.default_rng(0).random((4, 8)).astype("float32")
    qz, pz = model.posterior(ops.convert_to_tensor(x)), model.prior()
    z, rate = sample_with_kl(qz, pz, 0)
    np.testing.assert_allclose(numpy(rate), numpy(qz.log_prob(z) - pz.log_prob(z)), rtol=1e-4)


@pytest.mark.parametrize(
    "prior", [lambda: MixtureOfNormals((2,), 3, seed=0), lambda: VampPrior((8,), 3, mean=0.5, seed=0)]
)
def test_prior_weights_are_trained_with_the_networks(prior):
    model = VAE(mlp(8, 4), mlp(2, 8), prior=prior(), seed=0)
    model.compile("sgd")
    before = [numpy(weight).copy() for weight in model.prior_family.trainable_variables]
    model.fit(np.random.default_rng(0).random((32, 8)), verbose=0)
    after = [numpy(weight) for weight in model.prior_family.trainable_variables]
    assert before
    assert all(np.abs(a - b).max() > 0 for a, b in zip(before, after, strict=True))


def test_mixture_prior_of_another_shape_is_refused():
    with pytest.raises(UserError, match=r"latent codes of shape \(2,\)"):
        VAE(mlp(8, 4), mlp(2, 8), prior=MixtureOfNormals((3,), 4))


def test_vamp_prior_of_other_data_is_refused():
    with pytest.raises(UserError, match=r"shape of the data, \(8,\)"):
        VAE(mlp(8, 4), mlp(2, 8), prior=VampPrior((9,), 4))


def test_vamp_prior_of_a_model_with_labels_is_refused():
    from kvae.distributions import ClassLabels

    with pytest.raises(UserError, match="depends on labels"):
        CondVAE(mlp(8, 4, label_units=3), mlp(5, 8), ClassLabels(3), prior=VampPrior((8,), 4))


def test_free_bits_without_unit_kl_are_refused():
    with pytest.raises(UserError, match="free_bits"):
        VAE(mlp(8, 4), mlp(2, 8), free_bits=0.1, prior=MixtureOfNormals((2,), 4))


@pytest.mark.parametrize("components", [0, -3])
@pytest.mark.parametrize("family", [MixtureOfNormals, VampPrior])
def test_prior_without_components_is_refused(family, components):
    with pytest.raises(UserError, match="or more"):
        family((2,), components)


@pytest.mark.parametrize("given", [None, "standard_normal", StandardNormal()])
def test_get_prior_of_the_standard_normal_returns_it(given):
    assert priors.get(given) == StandardNormal()


@pytest.mark.parametrize("wrong", ["normal", 1.0, DiagonalNormal()])
def test_get_prior_with_another_object_is_refused(wrong):
    with pytest.raises(UserError, match="Expected a prior"):
        priors.get(wrong)


def test_get_prior_misspelt_suggests_the_name():
    with pytest.raises(UserError, match=r"Did you mean standard_normal\?"):
        priors.get("standard_norml")
