"""The importance-sampled likelihood: exact evidence, counting of draws, and bits per dimension."""

import dataclasses
import math
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

from kvae import distributions
from kvae.backends import compiled
from kvae.errors import UserError
from kvae.evaluation import METRICS, evaluate
from kvae.evaluation.likelihood import likelihood, log_evidence
from kvae.models import IWAE, VAE, LayeredVAE
from kvae.networks import mlp
from kvae.training import Batches
from tests.contracts.models import MODELS, batch
from tests.models.linear_gaussian import linear_gaussian

estimates = sys.modules["kvae.evaluation.likelihood"]


@pytest.mark.parametrize("cls", [VAE, LayeredVAE, IWAE])
def test_likelihood_more_samples_approaches_exact_evidence(cls, rng):
    model, x, exact = linear_gaussian(cls, rng)
    batches = Batches(x, batch_size=64)
    values = {k: likelihood(model, batches, samples=k) for k in (1, 50, 2000)}
    assert values[1]["nll"] > values[50]["nll"] + 0.05 > values[2000]["nll"]
    assert values[2000]["nll"] == pytest.approx(-exact.mean(), abs=0.01)
    assert values[2000]["nll_se"] == pytest.approx(exact.std(ddof=1) / math.sqrt(len(x)), rel=0.05)
    assert values[1]["nll"] == pytest.approx(-METRICS["elbo"](model, batches, draws=50)["elbo"], abs=0.5)


def test_log_evidence_equals_the_exact_evidence_of_each_example(rng):
    model, x, exact = linear_gaussian(VAE, rng)
    estimates = log_evidence(model, [(x[:100],), (x[100:],)], len(x), samples=3000)
    assert estimates.dtype == "float64"
    np.testing.assert_allclose(estimates, exact, atol=0.25)
    assert abs(estimates - exact).mean() < 0.03


class CountedDraws(keras.layers.Layer):
    """A model in which the j-th draw for an example has the weight j = 1, 2, …"""

    def __init__(self):
        super().__init__()
        self.drawn = self.add_weight(shape=(), initializer="zeros", trainable=False)
        self.asked = []

    def log_weights(self, x, *, seed, samples):
        self.asked.append((samples, x.shape[0]))
        number = self.drawn + ops.arange(1, samples + 1, dtype="float32")
        self.drawn.assign_add(samples)
        return ops.tile(ops.log(number)[:, None], (1, x.shape[0]))


@pytest.mark.parametrize(
    ("samples", "rows"), [(1, 100), (50, 100), (250, 100), (199, 100), (1000, 1000), (7, 3), (5, 1)]
)
def test_log_evidence_uses_exactly_k_draws(samples, rows):
    """The mean of the weights 1, 2, …, K is (K + 1) / 2. Any other number of draws has a different mean."""
    model = CountedDraws()
    estimate = log_evidence(model, [(np.zeros((1, 2), "float32"),)], 1, samples, rows)
    np.testing.assert_allclose(np.exp(estimate), (samples + 1) / 2, rtol=1e-5)
    assert all(draws * examples <= rows for draws, examples in model.asked)


def test_log_evidence_does_not_depend_on_rows(rng):
    model, x, exact = linear_gaussian(VAE, rng)
    for rows in (7, 512, 100_000):
        estimates = log_evidence(model, [(x[:33],), (x[33:],)], len(x), samples=500, rows=rows)
        assert estimates.mean() == pytest.approx(exact.mean(), abs=0.02)


def test_log_evidence_of_weights_that_underflow_is_exact(monkeypatch):
    """exp(−7000) underflows. Images have log weights of this size."""
    model = CountedDraws()
    monkeypatch.setattr(model, "log_weights", lambda x, seed, samples: ops.full((samples, x.shape[0]), -7000.25))
    estimate = log_evidence(model, [(np.zeros((3, 2), "float32"),)], 3, samples=100, rows=30)
    np.testing.assert_allclose(estimate, -7000.25, atol=1e-6)


def test_likelihood_same_seed_repeats():
    model, batches = MODELS["IWAE, two layers"](), Batches(batch(5), batch_size=4)
    first, second = (likelihood(model, batches, samples=20, rows=8, seed=3) for _ in range(2))
    assert {k: v for k, v in first.items() if k.startswith("nll")} == {
        k: v for k, v in second.items() if k.startswith("nll")
    }
    assert likelihood(model, batches, samples=20, rows=8, seed=4)["nll"] != first["nll"]


# ------------------------------------------------------------------ cost, and resuming


@pytest.fixture
def stop(monkeypatch):
    """A function that makes an estimate raise `KeyboardInterrupt` at a call of the model. It returns the calls so far."""
    compiled_log_weights = estimates._compiled_log_weights

    def at(call: int) -> list[int]:
        calls = []

        def make(*arguments):
            run = compiled_log_weights(*arguments)

            def counted(*data):
                calls.append(len(calls))
                if len(calls) > call:
                    raise KeyboardInterrupt
                return run(*data)

            return counted

        monkeypatch.setattr(estimates, "_compiled_log_weights", make)
        return calls

    return at


def test_likelihood_that_was_stopped_resumes_with_the_same_value(stop, tmp_path, monkeypatch):
    monkeypatch.setenv("KVAE_CACHE", str(tmp_path))
    model, batches = MODELS["IWAE, two layers"](), Batches(batch(7), batch_size=4)
    options = {"samples": 20, "rows": 8, "seed": 3}  # one example and 7 draws per call, 3 calls per example
    whole = likelihood(model, batches, **options)["nll"]
    assert list(tmp_path.iterdir()) == []
    for call in (13, 10):  # the first example is computed again
        stop(call)
        with pytest.raises(KeyboardInterrupt):
            likelihood(model, batches, **options)
        assert len(list(tmp_path.iterdir())) == 1
    calls = stop(100)
    assert likelihood(model, batches, **options)["nll"] == whole
    assert len(calls) == 6
    assert list(tmp_path.iterdir()) == []


def test_likelihood_of_other_weights_data_or_options_does_not_resume(stop, tmp_path, monkeypatch):
    monkeypatch.setenv("KVAE_CACHE", str(tmp_path))
    model, x = MODELS["VAE"](), batch(6)
    stop(4)
    with pytest.raises(KeyboardInterrupt):
        likelihood(model, Batches(x), samples=20, rows=20)
    calls = stop(100)
    likelihood(model, Batches(x), samples=20, rows=20, seed=1)
    likelihood(model, Batches(x), samples=19, rows=20)
    likelihood(model, Batches(1 - x), samples=20, rows=20)
    model.decoder.weights[0].assign(2 * model.decoder.weights[0])
    likelihood(model, Batches(x), samples=20, rows=20)
    assert len(calls) == 4 * 6


def test_likelihood_does_not_resume_from_other_values(stop, tmp_path, monkeypatch):
    """The code of a model may have changed, which no checksum shows."""
    monkeypatch.setenv("KVAE_CACHE", str(tmp_path))
    model, batches = MODELS["VAE"](), Batches(batch(6))
    stop(4)
    with pytest.raises(KeyboardInterrupt):
        likelihood(model, batches, samples=20, rows=20)
    (file,) = tmp_path.iterdir()
    stored = dict(np.load(file))
    np.savez(file, values=stored["values"] + 1, state=stored["state"])
    calls = stop(100)
    likelihood(model, batches, samples=20, rows=20)
    assert len(calls) == 6


def test_likelihood_without_a_home_directory_is_computed(monkeypatch):
    monkeypatch.delenv("KVAE_CACHE", raising=False)
    monkeypatch.setattr("kvae.data.cache.expanded", Path)
    assert likelihood(MODELS["VAE"](), Batches(batch(2)), samples=2)["nll_samples"] == 2


# ------------------------------------------------------------------ bits


def _uniform(likelihood_, shape=(4, 4, 3)):
    """Return a VAE with weights 0: the posterior is the prior, and p(x|z) is the same for every pixel."""
    model = VAE(mlp(shape, 4), mlp(2, likelihood_.outputs(shape)), likelihood=likelihood_)
    for variable in model.trainable_variables:
        variable.assign(np.zeros(variable.shape))
    return model


def test_likelihood_fair_coins_have_one_bit_per_dim(rng):
    """A Bernoulli with mean ½ has one bit per dimension, and three bits per pixel with three channels."""
    from kvae.distributions.likelihoods import BernoulliLikelihood

    x = rng.integers(0, 2, (6, 4, 4, 3)).astype("uint8")
    report = evaluate(_uniform(BernoulliLikelihood()), Batches(x, scale=1), ["nll"], nll={"samples": 3})
    assert report["metrics"]["bits_per_dim"] == pytest.approx(1, rel=1e-6)
    assert report["metrics"]["bits_per_pixel"] == pytest.approx(3, rel=1e-6)
    assert report["metrics"]["nll_samples"] == 3


def test_likelihood_grey_values_under_bernoulli_have_no_bits_per_dim(rng):
    from kvae.distributions.likelihoods import BernoulliLikelihood

    x = rng.integers(0, 256, (6, 4, 4, 3)).astype("uint8")
    report = evaluate(_uniform(BernoulliLikelihood()), Batches(x), ["nll"], nll={"samples": 3})
    assert "cross-entropy" in report["skipped"]["bits_per_dim"]
    assert report["metrics"]["bits_per_pixel"] == pytest.approx(3, rel=1e-6)


def test_likelihood_uniform_levels_have_eight_bits_per_dim(rng):
    """Equal logits for 256 levels have eight bits per dimension."""
    from kvae.distributions.likelihoods import CategoricalLikelihood

    x = rng.integers(0, 256, (6, 4, 4, 3)).astype("uint8")
    values = likelihood(_uniform(CategoricalLikelihood()), Batches(x), samples=2)
    assert values["bits_per_dim"] == pytest.approx(8, rel=1e-6)
    assert values["bits_per_pixel"] == pytest.approx(24, rel=1e-6)


def test_likelihood_density_of_bytes_is_dequantised():
    """Dequantised bytes 127 and 128 fill [127/256, 129/256). There p(byte) is the density of N(½, σ²) divided by 256."""
    from kvae.distributions.likelihoods import NormalLikelihood

    scale = 0.2
    model = _uniform(NormalLikelihood(scale=scale))
    model.decoder.layers[-2].bias.assign(np.full(48, 0.5))
    x = np.full((50, 4, 4, 3), 127, "uint8")
    x[..., 1] = 128
    values = likelihood(model, Batches(x), samples=2)
    density = 1 / math.sqrt(2 * math.pi) / scale  # nearly constant over so short an interval
    assert values["bits_per_dim"] == pytest.approx(-math.log2(density / 256), abs=1e-3)
    assert values["nll"] == pytest.approx(-48 * math.log(density), abs=1e-1)


def test_likelihood_points_have_no_bits(rng):
    model, x, _ = linear_gaussian(VAE, rng)
    report = evaluate(model, Batches(x), ["nll"], nll={"samples": 2})
    assert set(report["metrics"]) == {"nll", "nll_se", "nll_samples"}
    assert report["skipped"] == {"bits_per_dim": "a density of real numbers has no bits"}


@pytest.mark.parametrize("options", [{"samples": 0}, {"rows": 0}, {"samples": 2.5}])
def test_likelihood_options_below_one_are_refused(options):
    with pytest.raises(UserError, match=f"Expected {next(iter(options))} of at least 1"):
        likelihood(MODELS["VAE"](), Batches(batch(2)), **options)


def test_likelihood_autoencoder_is_skipped():
    report = evaluate(MODELS["Autoencoder"](), Batches(batch(2)), ["nll"])
    assert report["skipped"] == {"nll": "Autoencoder has no posterior and no prior"}


@pytest.mark.parametrize(
    "likelihood",
    ["bernoulli", "continuous_bernoulli", "normal", "laplace", "logistic", "logistic_mixture", "categorical"],
)
def test_log_prob_compiled_equals_eager(likelihood, rng):
    """A backend may compute log p(x|z) differently in compiled functions. The numbers are the same."""
    px = distributions.likelihoods.get(likelihood)
    px = dataclasses.replace(px, levels=4) if px.support == "levels" else px
    h = rng.standard_normal((2, 3, *px.outputs((5, 4, 2)))).astype("float32") * 3
    x = (rng.integers(0, 4, (3, 5, 4, 2)) / 3).astype("float32")
    run = compiled(lambda h, x: px(h, batch_axes=2).log_prob(x), [])
    found = ops.convert_to_numpy(run(ops.convert_to_tensor(h), ops.convert_to_tensor(x)))
    expected = ops.convert_to_numpy(px(h, batch_axes=2).log_prob(x))
    assert found.shape == (2, 3)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
