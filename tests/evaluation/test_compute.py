"""Computations over held-out batches are compiled once for each model."""

from kvae import backends, evaluation
from kvae.training.batches import Batches
from tests.contracts.models import MODELS, batch


def test_metric_of_a_model_is_compiled_once_and_restarts_its_seed(monkeypatch):
    compiled, made = backends.compiled, []
    monkeypatch.setattr(backends, "compiled", lambda *arguments: made.append(1) or compiled(*arguments))
    model, data = MODELS["VAE"](), Batches(batch(), batch_size=4)
    elbo = evaluation.METRICS["elbo"]
    first, other, again = (elbo(model, data, seed=seed) for seed in (0, 1, 0))
    assert len(made) == 1
    assert first == again != other
