"""Separation of clusters whose distance is known."""

import numpy as np
import pytest

from kvae.evaluation import NotApplicable
from kvae.evaluation.separation import separation
from kvae.training.batches import Batches
from tests.evaluation.known_models import Copies, SpatialCopies, clusters


def test_separation_distant_clusters_are_separate(rng):
    values = separation(Copies(), clusters(rng, (60, 60, 60), gap=40))
    assert values["separation.silhouette"] > 0.9
    assert values["separation.nearest_accuracy"] == values["separation.lda_accuracy"] == 1
    assert values["separation.majority_baseline"] == pytest.approx(1 / 3)


def test_separation_one_cluster_is_at_chance_level(rng):
    values = separation(Copies(), clusters(rng, (300, 100)))
    assert abs(values["separation.silhouette"]) < 0.05
    assert values["separation.nearest_accuracy"] == pytest.approx(0.5, abs=0.1)
    assert values["separation.lda_accuracy"] == values["separation.majority_baseline"] == 0.75


def test_separation_two_normals_reaches_bayes_accuracy(rng):
    """The Bayes accuracy for N(0, 1) and N(2, 1) with equal shares is Φ(1) = 0.841."""
    values = separation(Copies(), clusters(rng, (1500, 1500), gap=2))
    assert values["separation.nearest_accuracy"] == pytest.approx(0.841, abs=0.02)
    assert values["separation.lda_accuracy"] == pytest.approx(0.841, abs=0.02)


@pytest.mark.parametrize("rare", [1, 2, 7])
def test_separation_with_a_rare_class_is_at_least_the_baseline(rng, rare):
    values = separation(Copies(), clusters(rng, (40, rare), gap=20))
    assert values["separation.lda_accuracy"] >= 40 / (40 + rare)
    assert values["separation.majority_baseline"] == 40 / (40 + rare)


def test_separation_unknown_classes_are_left_out(rng):
    batches = clusters(rng, (40, 40), gap=20)
    unknown = Batches(np.concatenate([batches.x, 1e3 + batches.x]), labels=np.append(batches.labels, np.full(80, -1)))
    assert separation(Copies(), unknown) == separation(Copies(), batches)


def test_separation_shuffled_batches_keep_their_labels(rng):
    assert separation(Copies(), clusters(rng, (50, 50), gap=20, seed=3))["separation.nearest_accuracy"] == 1


def test_separation_spatial_codes_equal_vectors(rng):
    batches = clusters(rng, (40, 40), gap=2)
    assert separation(SpatialCopies(), batches) == separation(Copies(), batches)


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        (None, "no labels"),
        (np.zeros((30, 2), int), "labels are attributes"),
        (np.zeros(30, int), "two classes"),
        (np.arange(30), "5 examples"),
    ],
)
def test_separation_unsuitable_labels_gives_reason(labels, reason):
    with pytest.raises(NotApplicable, match=reason):
        separation(Copies(), Batches(np.zeros((30, 2), "float32"), labels=labels))
