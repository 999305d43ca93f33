"""Names of metric values of version 0.1.0."""

from kvae.evaluation import reporting
from kvae.evaluation.renamed import RENAMED_VALUES, current


def test_current_old_names_are_replaced():
    old = {
        "separation.likeliest": 1,
        "attribution.likeliest.low": 2,
        "timeline.mean": 3,
        "timeline.class_mean": 4,
        "timeline.Claude Monet.mean": 5,
        "elbo": 6,
    }
    assert current(old) == {
        "separation.lda_accuracy": 1,
        "attribution.lda_accuracy.low": 2,
        "timeline.mean_baseline": 3,
        "timeline.class_mean_baseline": 4,
        "timeline.Claude Monet.mean_baseline": 5,
        "elbo": 6,
    }


def test_current_present_names_are_kept():
    present = {new.replace("*", "Monet"): 0 for new in RENAMED_VALUES.values()}
    assert current(present) == present


def test_renamed_values_are_reported_by_metrics():
    for new in RENAMED_VALUES.values():
        assert reporting(new.replace("*", "Monet")), new
