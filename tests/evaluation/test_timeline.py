"""Errors of years for codes that determine them up to known noise."""

import numpy as np
import pytest

from kvae.evaluation import NotApplicable
from kvae.evaluation.timeline import timeline
from kvae.training.batches import Batches
from tests.evaluation.known_models import NAMES, Copies, SpatialCopies, clusters, dated


def test_timeline_linear_years_reaches_noise_level(rng):
    """For year = 1880 + 3 z_1 + N(0, 1) the best error is E|N(0, 1)| = √(2/π), and that of the mean is √(2/π · 10)."""
    values = timeline(Copies(), dated(rng, 2000), training=dated(rng, 2000))
    assert values["timeline.mae"] == pytest.approx(np.sqrt(2 / np.pi), rel=0.06)
    assert values["timeline.mae.low"] < values["timeline.mae"] < values["timeline.mae.high"]
    assert values["timeline.mean_baseline"] == pytest.approx(np.sqrt(20 / np.pi), rel=0.06)
    assert values["timeline.class_mean_baseline"] == pytest.approx(values["timeline.mean_baseline"], rel=0.01)
    assert values["timeline.monet.mae"] == pytest.approx(np.sqrt(2 / np.pi), rel=0.1)
    assert 1400 < values["timeline.n"] < 1600


def test_timeline_unrelated_codes_equals_mean_baseline(rng):
    values = timeline(Copies(), dated(rng, 400, slope=0), training=dated(rng, 400, slope=0))
    assert values["timeline.mae"] == pytest.approx(values["timeline.mean_baseline"], rel=0.05)


def test_timeline_years_given_by_class_equals_class_mean_baseline(rng):
    y = np.arange(400) % 2
    x = np.stack([y, rng.standard_normal(400)], axis=1).astype("float32")
    batches = Batches(x, labels=y, names=NAMES, columns={"year": 1870 + 10 * y + rng.standard_normal(400)})
    values = timeline(Copies(), batches, training=batches)
    assert values["timeline.mean_baseline"] == pytest.approx(5, rel=0.05)
    assert values["timeline.mae"] == pytest.approx(values["timeline.class_mean_baseline"], rel=0.05)
    assert values["timeline.monet.mae"] == pytest.approx(values["timeline.monet.mean_baseline"], rel=0.05)


def test_timeline_without_classes_reports_whole_set_only(rng):
    held_out, training = dated(rng, 200, labels=False), dated(rng, 200, labels=False)
    expected = {"timeline.mae", "timeline.mae.low", "timeline.mae.high", "timeline.mean_baseline", "timeline.n"}
    assert set(timeline(Copies(), held_out, training=training)) == expected


def test_timeline_spatial_codes_equal_vectors(rng):
    held_out, training = dated(rng, 100), dated(rng, 100)
    expected = timeline(Copies(), held_out, training=training)
    assert timeline(SpatialCopies(), held_out, training=training) == expected


def test_timeline_unsuitable_data_gives_reason(rng):
    with pytest.raises(NotApplicable, match="have no years"):
        timeline(Copies(), clusters(rng, (10, 10)), training=clusters(rng, (10, 10)))
    with pytest.raises(NotApplicable, match="training examples"):
        timeline(Copies(), dated(rng, 20))
    with pytest.raises(NotApplicable, match="one dated held-out example"):
        timeline(Copies(), dated(rng, 20, undated=1.0), training=dated(rng, 20))
