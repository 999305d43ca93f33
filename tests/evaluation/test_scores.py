"""Scores of each example: log p(x), rate and distortion, in nats and in bits per dimension."""

import math

import numpy as np
import pytest

from kvae.distributions.likelihoods import CategoricalLikelihood, ContinuousBernoulliLikelihood
from kvae.evaluation import METRICS, NotApplicable
from kvae.evaluation.scores import scores
from kvae.models import VAE, Autoencoder
from kvae.networks import mlp
from kvae.training import Batches
from tests.models.linear_gaussian import linear_gaussian

NATS = ("log_p", "rate", "distortion")
BITS = ("bits_per_dim", "rate_bits_per_dim", "distortion_bits_per_dim")


def constant(likelihood, shape=(4, 4, 3)):
    """Return a VAE with weights 0: the posterior is the prior, and p(x|z) is the same for every pixel."""
    model = VAE(mlp(shape, 4), mlp(2, likelihood.outputs(shape)), likelihood=likelihood)
    for variable in model.trainable_variables:
        variable.assign(np.zeros(variable.shape))
    return model


def test_scores_are_those_of_each_example(rng):
    model, x, exact = linear_gaussian(VAE, rng)
    found, reason = scores(model, Batches(x, batch_size=64), samples=2000)
    assert list(found) == list(NATS)
    assert "real numbers" in reason
    np.testing.assert_allclose(found["log_p"], exact, atol=0.5)
    assert np.corrcoef(found["log_p"], exact)[0, 1] > 0.99


def test_scores_have_the_means_of_the_metrics(rng):
    model, x, _ = linear_gaussian(VAE, rng)
    batches = Batches(x, batch_size=64)
    found, _ = scores(model, batches, samples=20, seed=3)
    elbo = METRICS["elbo"](model, batches, seed=3)
    assert found["rate"].mean() == pytest.approx(elbo["rate"], rel=1e-6)
    assert found["distortion"].mean() == pytest.approx(elbo["distortion"], rel=1e-6)
    nll = METRICS["nll"](model, batches, samples=20, seed=3)["nll"]
    assert -found["log_p"].mean() == pytest.approx(nll, rel=1e-6)


@pytest.mark.parametrize("likelihood", [CategoricalLikelihood(), ContinuousBernoulliLikelihood()])
def test_scores_of_a_uniform_distribution_of_bytes_have_eight_bits_per_dim(rng, likelihood):
    """Equal logits of 256 levels, and the density 1 of dequantised bytes, are the same distribution."""
    x = rng.integers(0, 256, (6, 4, 4, 3)).astype("uint8")
    found, reason = scores(constant(likelihood), Batches(x, batch_size=4), samples=2)
    assert reason is None
    assert list(found) == [*NATS, *BITS]
    np.testing.assert_allclose(found["bits_per_dim"], np.full(6, 8.0), rtol=1e-5)
    np.testing.assert_allclose(found["rate_bits_per_dim"], np.zeros(6), atol=1e-6)
    np.testing.assert_allclose(found["distortion_bits_per_dim"], np.full(6, 8.0), rtol=1e-5)
    nats = 48 * math.log(256) if isinstance(likelihood, CategoricalLikelihood) else 0.0
    np.testing.assert_allclose(found["distortion"], np.full(6, nats), rtol=1e-5, atol=1e-4)


def test_scores_of_grey_values_under_bernoulli_have_no_bits(rng):
    model = VAE(mlp((4, 4, 1), 4), mlp(2, (4, 4, 1)), likelihood="bernoulli")
    found, reason = scores(model, Batches(rng.integers(0, 256, (3, 4, 4, 1)).astype("uint8")), samples=2)
    assert list(found) == list(NATS)
    assert "not a probability" in reason


def test_scores_of_a_model_without_a_posterior_are_refused():
    model = Autoencoder(mlp((4,), 2), mlp(2, (4,)))
    with pytest.raises(NotApplicable, match="no posterior"):
        scores(model, Batches(np.zeros((2, 4), "float32")), samples=2)
