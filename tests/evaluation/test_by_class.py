"""Metrics within classes, for codes and errors that are known."""

import numpy as np

from kvae.evaluation import evaluate
from kvae.evaluation.by_class import collapse_by_class, reconstruction_by_class
from kvae.evaluation.collapse import collapse
from kvae.training.batches import Batches
from tests.evaluation.known_models import NAMES, Copies, Shifts, clusters


def test_collapse_by_class_counts_units_within_each_class(rng):
    """Unit 0 is the class and constant within each class. Unit 1 varies in the second class alone."""
    y = np.repeat([0, 1], 50)
    x = np.stack([2.0 * y, y * rng.standard_normal(100)], axis=1).astype("float32")
    values = collapse_by_class(Copies(), Batches(x, labels=y, batch_size=30, names=NAMES))
    assert values["active_units.monet"] == 0
    assert values["active_units.manet"] == 1
    assert values["kl_per_unit.monet"] == [0, 0]
    assert values["kl_per_unit.manet"][0] == 2
    assert collapse(Copies(), Batches(x))["active_units"] == 2


def test_collapse_by_class_one_example_has_no_active_units(rng):
    report = evaluate(Copies(), clusters(rng, (10, 1)), ["collapse_by_class"])
    assert report["skipped"] == {"active_units.manet": "one example has no variance"}
    assert set(report["metrics"]) == {"active_units.monet", "kl_per_unit.monet", "kl_per_unit.manet"}


def test_reconstruction_by_class_averages_within_each_class():
    """Encoder e = 0, 1, 2 adds 3e to one of two dimensions."""
    batches = Batches(np.zeros((9, 2), "float32"), np.arange(9) % 3, batch_size=4, names=NAMES)
    values = reconstruction_by_class(Shifts([0.0, 3.0]), batches)
    assert values == {"mae.monet": 0.0, "mae.manet": 1.5, "mae.renoir": 3.0}
