"""Diversity of samples whose distances are known."""

import numpy as np
import pytest

from kvae.evaluation import NotApplicable
from kvae.evaluation.diversity import diversity
from kvae.latent.samplers import fit
from kvae.models import VAE
from kvae.networks import mlp
from kvae.training import Batches
from tests.contracts.models import MODELS, SHAPE, batch, data_for


def _scaled(scale):
    """Return a VAE of two latent units whose samples are scale · z."""
    model = VAE(mlp(2, 4), mlp(2, 2), likelihood="normal")
    model.decoder.layers[-1].kernel.assign(scale * np.eye(2))
    return model


def test_diversity_samples_at_half_distance_is_half(rng):
    """The mean distance of two independent points of N(0, 1)² is √π."""
    batches = Batches(rng.standard_normal((400, 2)).astype("float32"), batch_size=90)
    values = diversity(_scaled(0.5), batches)
    assert values["diversity_examples"] == pytest.approx(np.sqrt(np.pi), rel=0.05)
    assert values["diversity.prior"] == pytest.approx(0.5, rel=0.07)
    assert values["diversity_samples.prior"] / values["diversity_examples"] == values["diversity.prior"]
    assert diversity(_scaled(0.0), batches)["diversity.prior"] == 0


def test_diversity_of_the_fitted_sampler_stands_next_to_that_of_the_prior(rng):
    batches = Batches(rng.standard_normal((200, 2)).astype("float32"))
    sampler = fit("normal", 0.5 * rng.standard_normal((2000, 2)))
    values, prior = diversity(_scaled(1.0), batches, sampler=sampler), diversity(_scaled(1.0), batches)
    assert values["diversity.normal"] == pytest.approx(0.5, rel=0.1)
    assert {name: values[name] for name in prior} == prior
    assert set(values) - set(prior) == {"diversity.normal", "diversity_samples.normal"}


def test_diversity_of_a_model_without_prior_is_that_of_its_sampler(rng):
    sampler = fit("normal", rng.standard_normal((50, 3)))
    values = diversity(MODELS["Autoencoder"](), Batches(batch()), sampler=sampler)
    assert set(values) == {"diversity.normal", "diversity_samples.normal", "diversity_examples"}


def test_diversity_labelled_model_samples_with_labels_of_examples():
    model = MODELS["CondVAE, classes"]()
    x, y = data_for(model, 12)
    asked = []
    sample = model.sample
    model.sample = lambda n, *given, **options: (asked.append((n, *given)), sample(n, *given, **options))[1]
    sampler = fit("normal", model.encode(*data_for(model, 60)), model.encoded_labels(data_for(model, 60)[1]))
    values = diversity(model, Batches(x, y, batch_size=5), sampler=sampler)
    assert {"diversity.prior", "diversity.normal"} <= set(values)
    assert [n for n, _ in asked] == [12, 12]
    for _, labels in asked:
        np.testing.assert_array_equal(labels, y)


def test_diversity_without_prior_or_examples_gives_reason():
    with pytest.raises(NotApplicable, match="no prior, and no sampler was fitted: kvae fit-sampler"):
        diversity(MODELS["Autoencoder"](), Batches(batch()))
    with pytest.raises(NotApplicable, match="two examples"):
        diversity(MODELS["VAE"](), Batches(np.zeros((1, *SHAPE), "float32")))


def test_diversity_of_large_examples_compares_fewer_examples(rng, monkeypatch):
    monkeypatch.setattr("kvae.evaluation.diversity.MAX_VALUES", 20)
    x, model = rng.standard_normal((40, 2)).astype("float32"), _scaled(0.5)
    assert diversity(model, Batches(x)) == diversity(model, Batches(x[:10]))
