"""The VAE, compared with an exact solution, and the NumPy methods of all models."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy.stats import multivariate_normal

from kvae.distributions import kl_per_unit
from kvae.distributions.likelihoods import LogisticLikelihood, NormalLikelihood
from kvae.errors import UserError
from kvae.evaluation import METRICS
from kvae.models import VAE, Autoencoder
from kvae.networks import mlp
from kvae.training import Batches
from tests.contracts.models import MODELS, batch

D, LATENT, SIGMA = 5, 2, 0.5


@pytest.fixture
def linear_gaussian(rng):
    """Return a VAE whose encoder is the exact posterior, 400 examples x, and log p(x) of each.

    p(z) = N(0, I) and p(x|z) = N(Wz + b, σ²I). The columns of W are orthogonal, so that M = WᵀW + σ²I is diagonal.

        log p(x) = log N(x; b, WWᵀ + σ²I)
        p(z|x) = N(M⁻¹Wᵀ(x − b), σ²M⁻¹)
    """
    w = np.linalg.qr(rng.standard_normal((D, LATENT)))[0] * np.array([1.5, 0.7])
    b = rng.standard_normal(D)
    m = (w**2).sum(axis=0) + SIGMA**2
    model = VAE(mlp(D, 2 * LATENT), mlp(LATENT, D), likelihood=NormalLikelihood(scale=SIGMA))
    encoder, decoder = model.encoder.layers[-1], model.decoder.layers[-1]
    decoder.kernel.assign(w.T)
    decoder.bias.assign(b)
    encoder.kernel.assign(np.concatenate([w / m, np.zeros((D, LATENT))], axis=1))
    encoder.bias.assign(np.concatenate([-b @ (w / m), 0.5 * np.log(SIGMA**2 / m)]))
    x = (rng.standard_normal((400, LATENT)) @ w.T + b + SIGMA * rng.standard_normal((400, D))).astype("float32")
    evidence = multivariate_normal(b, w @ w.T + SIGMA**2 * np.eye(D)).logpdf(x)
    return model, x, evidence


def test_vae_elbo_at_the_exact_posterior_is_the_evidence(linear_gaussian):
    model, x, evidence = linear_gaussian
    metrics = METRICS["elbo"](model, Batches(x, batch_size=100), draws=200)
    assert metrics["elbo"] == pytest.approx(evidence.mean(), abs=0.02)
    assert metrics["elbo"] == pytest.approx(-metrics["rate"] - metrics["distortion"], rel=1e-6)
    assert metrics["elbo_se"] == pytest.approx(evidence.std(ddof=1) / 20, rel=0.05)


@pytest.mark.parametrize(("shift", "scale"), [(0.3, 0.0), (0.0, 0.4), (0.0, -0.4)])
def test_vae_elbo_of_another_posterior_is_lower_by_its_kl(linear_gaussian, shift, scale):
    """log p(x) − ELBO = KL(q ‖ p(z|x)) is known, because both are normal."""
    model, x, evidence = linear_gaussian
    bias = model.encoder.layers[-1].bias
    std = np.exp(ops.convert_to_numpy(bias)[LATENT:])
    moved = np.concatenate([np.full(LATENT, shift), np.full(LATENT, scale)])
    bias.assign(ops.convert_to_numpy(bias) + moved)
    gap = sum(0.5 * ((shift / s) ** 2 + np.exp(2 * scale) - 1) - scale for s in std)
    elbo = METRICS["elbo"](model, Batches(x, batch_size=100), draws=200)["elbo"]
    assert elbo == pytest.approx(evidence.mean() - gap, abs=0.03)
    assert elbo < evidence.mean()


def test_vae_loss_is_the_weighted_bound(linear_gaussian):
    model, x, _ = linear_gaussian
    model.beta.assign(3.0)
    terms = {k: float(ops.convert_to_numpy(v)) for k, v in model.loss_terms(ops.convert_to_tensor(x), False).items()}
    assert terms["loss"] == pytest.approx(terms["distortion"] + 3 * terms["rate"], rel=1e-6)
    assert terms["elbo"] == pytest.approx(-terms["distortion"] - terms["rate"], rel=1e-6)


def test_free_bits_above_the_rate_replace_it_in_the_loss(linear_gaussian):
    model, x, _ = linear_gaussian
    x = ops.convert_to_tensor(x)
    free = VAE(model.encoder, model.decoder, likelihood=model.likelihood, free_bits=100.0)
    terms = {k: float(ops.convert_to_numpy(v)) for k, v in free.loss_terms(x, False).items()}
    assert terms["loss"] == pytest.approx(terms["distortion"] + 100.0 * LATENT, rel=1e-5)
    assert terms["rate"] < 100


def test_free_bits_are_granted_to_each_unit(linear_gaussian):
    """If the allowance is between the rates of two units, one unit costs the allowance and the other one its rate."""
    model, x, _ = linear_gaussian
    x = ops.convert_to_tensor(x)
    rates = ops.convert_to_numpy(kl_per_unit(model.posterior(x), model.prior())).mean(axis=0)
    between = float(rates.mean())
    assert rates.min() < between < rates.max()
    free = VAE(model.encoder, model.decoder, likelihood=model.likelihood, free_bits=between)
    terms = {k: float(ops.convert_to_numpy(v)) for k, v in free.loss_terms(x, False).items()}
    assert terms["loss"] - terms["distortion"] == pytest.approx(between + rates.max(), rel=1e-4)


def test_vae_distortion_sums_over_the_event():
    """Twice the pixels have twice the nats, because nothing is averaged over pixels."""
    x = np.full((3, 4), 0.3, "float32")
    model = Autoencoder(mlp(4, 1), mlp(1, 4), likelihood="bernoulli")
    wide = Autoencoder(mlp(8, 1), mlp(1, 8), likelihood="bernoulli")
    for each in (model, wide):
        for variable in each.trainable_variables:
            variable.assign(np.zeros(variable.shape))
    one = float(ops.convert_to_numpy(model.loss_terms(ops.convert_to_tensor(x), False)["loss"]))
    two = float(ops.convert_to_numpy(wide.loss_terms(ops.convert_to_tensor(np.tile(x, 2)), False)["loss"]))
    assert one == pytest.approx(4 * np.log(2), rel=1e-6)
    assert two == pytest.approx(2 * one, rel=1e-6)


def test_vae_numpy_methods_return_arrays_of_the_given_shapes():
    model = MODELS["VAE"]()
    x = batch(10)
    assert model.encode(x).shape == (10, 3)
    assert model.decode(model.encode(x)).shape == x.shape
    np.testing.assert_allclose(model.reconstruct(x), model.decode(model.encode(x)), atol=1e-6)
    np.testing.assert_allclose(model.reconstruct(x, batch_size=3), model.reconstruct(x), atol=1e-6)
    mean, std = model.posterior_parameters(x)
    np.testing.assert_allclose(mean, model.encode(x), atol=1e-6)
    assert (std > 0).all()


def test_vae_sample_with_a_seed_repeats_and_temperature_zero_is_the_mean():
    model = MODELS["VAE"]()
    assert model.sample(5, seed=1).shape == (5, 8, 8, 1)
    np.testing.assert_array_equal(model.sample(5, seed=1), model.sample(5, seed=1))
    assert not np.array_equal(model.sample(5, seed=1), model.sample(5, seed=2))
    cold = model.sample(2, seed=1, temperature=0.0)
    np.testing.assert_allclose(cold, model.decode(np.zeros((2, 3))), atol=1e-6)


def test_autoencoder_sample_is_refused():
    with pytest.raises(UserError, match="a model with a prior"):
        MODELS["Autoencoder"]().sample(3)


def test_vae_with_mismatched_networks_is_refused():
    with pytest.raises(UserError, match=r"decoder's outputs to have the shape \(10,\)"):
        VAE(mlp(5, 4), mlp(2, 5), likelihood=LogisticLikelihood())
    with pytest.raises(UserError, match=r"encoder's outputs to have the shape \(4,\)"):
        VAE(mlp(5, 2), mlp(2, 5))


def test_encode_without_rows_is_refused():
    with pytest.raises(UserError, match="to hold data"):
        MODELS["VAE"]().encode(np.zeros((0, 8, 8, 1)))
    with pytest.raises(UserError, match="at least one row"):
        MODELS["VAE"]().decode(np.zeros((0, 3)))


def test_vae_seed_decides_the_training_noise():
    def distortion(seed):
        keras.utils.set_random_seed(0)
        model = VAE(mlp(4, 4), mlp(2, 4), seed=seed)
        return float(ops.convert_to_numpy(model.loss_terms(ops.ones((2, 4)), True)["distortion"]))

    assert distortion(0) == distortion(0) != distortion(1)


def test_decode_of_large_examples_uses_small_batches(monkeypatch):
    rows = []

    def counted(function, variables):
        return lambda *tensors: rows.append(len(tensors[0])) or function(*tensors)

    monkeypatch.setattr("kvae.training.model.compiled", counted)
    monkeypatch.setattr("kvae.training.model.MAX_VALUES", 3 * D + 1)
    model, z = VAE(mlp(D, 2 * LATENT), mlp(LATENT, D)), np.random.default_rng(0).standard_normal((7, LATENT))
    few_at_a_time = model.decode(z)
    assert rows == [3, 3, 1]
    whole = ops.convert_to_numpy(model.observation(ops.convert_to_tensor(z.astype("float32"))).mean)
    np.testing.assert_allclose(few_at_a_time, whole, rtol=1e-5)
