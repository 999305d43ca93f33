"""Distances between samples that are known."""

import importlib

import numpy as np
import pytest

from kvae.evaluation.diversity import diversity
from kvae.evaluation.requirements import NotApplicable
from kvae.models import VAE
from kvae.networks import mlp
from kvae.training import Batches
from tests.contracts.models import MODELS, SHAPE, batch, data_for


def _scaled(scale):
    """A VAE whose samples are scale · z, z of two units."""
    model = VAE(mlp(2, 4), mlp(2, 2), likelihood="normal")
    model.decoder.layers[-1].kernel.assign(scale * np.eye(2))
    return model


def test_samples_half_as_far_apart_as_the_data(rng):
    """Two independent points of N(0, 1)² are √π apart on average."""
    batches = Batches(rng.standard_normal((400, 2)).astype("float32"), batch_size=90)
    figures = diversity(_scaled(0.5), batches)
    assert figures["diversity_examples"] == pytest.approx(np.sqrt(np.pi), rel=0.05)
    assert figures["diversity"] == pytest.approx(0.5, rel=0.07)
    assert diversity(_scaled(0.0), batches)["diversity"] == 0


def test_samples_have_the_examples_labels():
    model = MODELS["CondVAE, classes"]()
    x, y = data_for(model, 12)
    asked = []
    sample = model.sample
    model.sample = lambda n, *given, **options: (asked.append((n, *given)), sample(n, *given, **options))[1]
    diversity(model, Batches(x, y, batch_size=5))
    ((n, labels),) = asked
    assert n == 12
    np.testing.assert_array_equal(labels, y)


def test_what_cannot_be_sampled_has_none():
    with pytest.raises(NotApplicable, match="no prior"):
        diversity(MODELS["Autoencoder"](), Batches(batch()))
    with pytest.raises(NotApplicable, match="two examples"):
        diversity(MODELS["VAE"](), Batches(np.zeros((1, *SHAPE), "float32")))


def test_of_large_examples_fewer_are_compared(rng, monkeypatch):
    monkeypatch.setattr(importlib.import_module("kvae.evaluation.diversity"), "NUMBERS", 20)
    x, model = rng.standard_normal((40, 2)).astype("float32"), _scaled(0.5)
    assert diversity(model, Batches(x)) == diversity(model, Batches(x[:10]))
