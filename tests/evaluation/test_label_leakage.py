"""Leakage of labels by codes whose dependence on them is known."""

import pytest

from kvae.evaluation import evaluate
from kvae.evaluation.label_leakage import leakage
from kvae.training import Batches
from tests.contracts.models import MODELS, data_for
from tests.evaluation.known_models import copying_vae


def test_leakage_codes_that_depend_on_the_label_reaches_best_auc(rng):
    """The means of two normals are √2 apart, so that the best AUC is Φ(√2 / √2) = 0.841."""
    y = rng.integers(0, 2, 4000)
    x = (rng.standard_normal((4000, 2)) + y[:, None]).astype("float32")
    assert leakage(copying_vae(), Batches(x, batch_size=300, labels=y))["leakage.z"] == pytest.approx(0.84, abs=0.03)


def test_leakage_independent_codes_is_half(rng):
    y = (rng.random((2000, 2)) < 0.3).astype(int)
    batches = Batches(rng.standard_normal((2000, 2)).astype("float32"), labels=y)
    assert leakage(copying_vae(), batches)["leakage.z"] == pytest.approx(0.5, abs=0.06)


def test_leakage_and_divergence_report_every_part_of_the_code():
    model = MODELS["CSVAE"]()
    x, y = data_for(model, 80)
    report = evaluate(model, Batches(x, y, batch_size=32), ["divergence", "leakage"])
    assert set(report["metrics"]) == {"divergence.z", "divergence.w", "leakage.z", "leakage.w"}


def test_leakage_and_divergence_without_labels_give_reason(rng):
    report = evaluate(copying_vae(), Batches(rng.random((20, 2)).astype("float32")), ["divergence", "leakage"])
    assert report["skipped"] == dict.fromkeys(("divergence", "leakage"), "the data have no labels")
