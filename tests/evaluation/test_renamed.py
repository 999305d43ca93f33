"""Names of metric values of version 0.1.0."""

import json

from kvae.evaluation import reporting
from kvae.evaluation.renamed import RENAMED_VALUES, current
from kvae.runs import Run


def test_current_old_names_are_replaced():
    old = {
        "separation.likeliest": 1,
        "attribution.likeliest.low": 2,
        "timeline.mean": 3,
        "timeline.class_mean": 4,
        "timeline.Claude Monet.mean": 5,
        "elbo": 6,
        "diversity": 7,
        "diversity_samples": 8,
        "accuracy.generation.Pale Skin": 9,
        "accuracy.generation.Pale Skin.low": 10,
        "accuracy.generation.Pale Skin.base_rate": 11,
        "accuracy.without.prior": 12,
    }
    assert current(old) == {
        "separation.lda_accuracy": 1,
        "attribution.lda_accuracy.low": 2,
        "timeline.mean_baseline": 3,
        "timeline.class_mean_baseline": 4,
        "timeline.Claude Monet.mean_baseline": 5,
        "elbo": 6,
        "diversity.prior": 7,
        "diversity_samples.prior": 8,
        "accuracy.generation.Pale Skin.prior": 9,
        "accuracy.generation.Pale Skin.prior.low": 10,
        "accuracy.generation.Pale Skin.base_rate": 11,
        "accuracy.without.prior.prior": 12,
    }


def test_current_present_names_are_kept():
    present = {new.replace("*", "Monet").replace("?", "Smiling"): 0 for new in RENAMED_VALUES.values()}
    assert current(present) == present


def test_renamed_values_are_reported_by_metrics():
    for new in RENAMED_VALUES.values():
        assert reporting(new.replace("*", "Monet").replace("?", "Smiling")), new


def test_run_metrics_of_old_run_have_present_names(tmp_path):
    report = {
        "data": "paintings/test",
        "n": 5,
        "metrics": {"separation.nearest": 0.5},
        "skipped": {"cross_encoding.told_apart": "why", "diversity": "the metric"},
    }
    (tmp_path / "metrics.json").write_text(json.dumps(report))
    metrics = Run(tmp_path).metrics
    assert metrics["metrics"] == {"separation.nearest_accuracy": 0.5}
    assert metrics["skipped"] == {"cross_encoding.encoder_identifiability": "why", "diversity": "the metric"}
    assert (metrics["data"], metrics["n"]) == ("paintings/test", 5)
