"""Attribution of examples to clusters that are known."""

import numpy as np
import pytest

from kvae.evaluation import NotApplicable
from kvae.evaluation.attribution import attribution
from kvae.training.batches import Batches
from tests.evaluation.known_models import (
    NAMES,
    Copies,
    Shifts,
    SpatialCopies,
    SpatialShifts,
    clusters,
    conditioned,
    confusion,
)


def test_attribution_known_codes_counts_nearest_clusters(rng):
    training = clusters(rng, (100, 100, 100), gap=30)
    held_out = Batches(
        np.array([[1, 0], [29, 0], [31, 0], [2, 0]], "float32"), labels=np.array([0, 1, 1, 2]), names=NAMES
    )
    values = attribution(Copies(), held_out, training=training)
    assert values["attribution.accuracy"] == values["attribution.lda_accuracy"] == 0.75
    assert values["attribution.accuracy.low"] < 0.75 <= values["attribution.accuracy.high"]
    assert values["attribution.balanced"] == pytest.approx(2 / 3)
    assert values["attribution.confusion.monet"] == [1, 0, 0]
    assert values["attribution.confusion.manet"] == [0, 2, 0]
    assert values["attribution.confusion.renoir"] == [1, 0, 0], "a row is a true class"


def test_attribution_equal_clusters_lda_predicts_largest_class(rng):
    """With two equal clusters the likeliest is the larger one, and the nearest is arbitrary."""
    training, held_out = clusters(rng, (900, 100)), clusters(rng, (180, 20))
    values = attribution(Copies(), held_out, training=training)
    assert values["attribution.lda_accuracy"] == values["attribution.majority_baseline"] == 0.9
    assert values["attribution.balanced"] == pytest.approx(0.5, abs=0.15)


def test_attribution_class_absent_from_training_counts_as_error(rng):
    training = clusters(rng, (50, 50), gap=30)
    held_out = Batches(np.array([[0, 0], [60, 0]], "float32"), labels=np.array([0, 2]), names=NAMES)
    values = attribution(Copies(), held_out, training=training)
    assert values["attribution.accuracy"] == 0.5
    assert values["attribution.confusion.renoir"] == [0, 1, 0]
    assert values["attribution.confusion.manet"] == [0, 0, 0]


def test_attribution_training_class_of_one_example_is_predicted(rng):
    values = attribution(Copies(), clusters(rng, (10, 10), gap=30), training=clusters(rng, (80, 1), gap=30))
    assert values["attribution.accuracy"] == 1


def test_attribution_unknown_classes_are_left_out(rng):
    batches = clusters(rng, (40, 40), gap=20)
    unknown = Batches(np.concatenate([batches.x, 1e3 + batches.x]), labels=np.append(batches.labels, np.full(80, -1)))
    assert attribution(Copies(), unknown, training=unknown)["attribution.accuracy"] == 1


def test_attribution_shuffled_batches_keep_their_labels(rng):
    shuffled = clusters(rng, (50, 50), gap=20, seed=3)
    assert attribution(Copies(), shuffled, training=shuffled)["attribution.accuracy"] == 1


def test_attribution_several_encoders_does_not_use_the_label(rng):
    """Encoders shift x by far more than the classes differ. Only an answer that used the label could be right."""
    model = Shifts([0.0, 100.0])
    x = rng.standard_normal((90, 2)).astype("float32")
    y = np.arange(90) % 3
    training, held_out = (Batches(part, y[: len(part)], names=NAMES) for part in (x, x[:60]))
    assert attribution(model, held_out, training=training)["attribution.accuracy"] < 0.6
    other = Batches(held_out.x, (held_out.y + 1) % 3, names=NAMES)
    answers = [np.sum(confusion(attribution(model, b, training=training)), axis=0) for b in (held_out, other)]
    np.testing.assert_array_equal(*answers)


def test_attribution_several_encoders_takes_best_pair_of_encoder_and_cluster(rng):
    """Classes differ in the first unit and encoders in the second, so that only the right pair fits."""
    training, held_out = (conditioned(clusters(rng, (n, n, n), gap=15)) for n in (60, 20))
    values = attribution(Shifts([0.0, 5.0]), held_out, training=training)
    assert values["attribution.accuracy"] == values["attribution.joint"] == 1
    assert "attribution.joint" not in attribution(Copies(), held_out, training=training)


def test_attribution_spatial_codes_equal_vectors(rng):
    training, held_out = clusters(rng, (60, 60, 60), gap=2), clusters(rng, (20, 20, 20), gap=2)
    expected = attribution(Copies(), held_out, training=training)
    assert attribution(SpatialCopies(), held_out, training=training) == expected
    training, held_out, shift = conditioned(training), conditioned(held_out), [0.0, 1.0]
    expected = attribution(Shifts(shift), held_out, training=training)
    assert attribution(SpatialShifts(shift), held_out, training=training) == expected


def test_attribution_unsuitable_training_examples_gives_reason(rng):
    with pytest.raises(NotApplicable, match="training examples"):
        attribution(Copies(), clusters(rng, (10, 10)))
    with pytest.raises(NotApplicable, match="two classes"):
        attribution(Copies(), clusters(rng, (10, 10)), training=clusters(rng, (10,)))
