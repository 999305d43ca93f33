"""The ELBO of held-out data, against its terms. tests/models/test_vae.py compares it with exact evidence."""

import math

import pytest

from kvae.evaluation import evaluate
from kvae.evaluation.elbo import elbo
from kvae.training import Batches
from tests.contracts.models import MODELS, batch
from tests.evaluation.known_models import settled


@pytest.mark.parametrize("name", ["CondVAE, classes", "CSVAE"])
def test_elbo_labelled_model_rate_is_sum_over_units(name):
    """The KL of each unit is that to the prior given the labels."""
    model, data = settled(name)
    values = evaluate(model, Batches(*data, batch_size=20), ["elbo", "collapse"])["metrics"]
    assert len(values["kl_per_unit"]) == math.prod(model.latent_shape)
    assert sum(values["kl_per_unit"]) == pytest.approx(values["rate"], rel=1e-4)
    assert values["elbo"] == pytest.approx(-values["rate"] - values["distortion"], rel=1e-6)


def test_elbo_same_seed_repeats():
    model, batches = MODELS["VAE"](), Batches(batch(6), batch_size=4)
    assert elbo(model, batches, seed=2) == elbo(model, batches, seed=2)
    assert elbo(model, batches, seed=2) != elbo(model, batches, seed=3)


def test_elbo_one_example_has_no_standard_error():
    assert math.isnan(elbo(MODELS["VAE"](), Batches(batch(1)))["elbo_se"])
