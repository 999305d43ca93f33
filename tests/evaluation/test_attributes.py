"""What a classifier sees in pictures that were asked for, on models that are known to comply or not to."""

import numpy as np
import pytest
from keras import ops

from kvae import distributions, evaluation
from kvae.capabilities import CLASSIFIER, DECODER, LABELS
from kvae.evaluation.accuracy import accuracy
from kvae.evaluation.attributes import attributes
from kvae.evaluation.requirements import NotApplicable
from kvae.training.batches import Batches

N = 40
NAMES = ("left", "right")


class Judge:
    """Sees "left" where the left half of a picture is bright, "right" likewise."""

    capabilities = frozenset({CLASSIFIER})
    labels = distributions.BinaryLabels(2)

    def check(self, x, y):
        self.labels.check(y)

    def probabilities(self, x):
        return np.stack([x[:, :, :4].mean(axis=(1, 2, 3)), x[:, :, 4:].mean(axis=(1, 2, 3))], axis=1)


class Painter:
    """Paints what it is told on the left, and on the right, in each second picture only."""

    batch_spec = ("x", "y")
    capabilities = frozenset({DECODER, LABELS})
    labels = distributions.BinaryLabels(2)

    def sample(self, n, y, seed):
        x = np.zeros((n, 8, 8, 1), "float32")
        x[:, :, :4] = y[:, 0, None, None, None]
        x[::2, :, 4:] = y[::2, 1, None, None, None]
        return x

    def transfer(self, x, y, new_y):
        return self.sample(len(x), new_y, 0)

    def reconstruct(self, x, y):
        return x


@pytest.fixture
def batches():
    y = np.random.default_rng(0).integers(0, 2, (N, 2)).astype("uint8")
    return Batches(Painter().sample(N, y, 0), y, batch_size=16, names=NAMES)


def test_generation_and_transfer_are_shares_of_pictures(batches):
    figures = attributes(Painter(), batches, classifier=Judge(), class_names=NAMES)
    assert figures["accuracy.generation.left"] == figures["accuracy.transfer.left"] == 1.0
    assert figures["accuracy.generation.right"] == figures["accuracy.transfer.right"] == 0.5
    assert figures["accuracy.generation.right.low"] < 0.4 < 0.6 < figures["accuracy.generation.right.high"]
    assert figures["accuracy.without.left"] == figures["accuracy.without.right"] == 1.0
    seen = Judge().probabilities(batches.x)[:, 1] > 0.5
    assert figures["accuracy.generation.right.base_rate"] == seen.mean()
    assert figures["accuracy.reconstruction.left"] == 1.0
    assert figures["accuracy.reconstruction.right"] == seen[batches.y[:, 1] == 1].mean()


def test_names_decide_which_output_judges_which_attribute(batches):
    figures = attributes(Painter(), batches, classifier=Judge(), class_names=("right", "left"))
    assert figures["accuracy.generation.left"] < 0.8, "judged by the wrong half"
    only = attributes(Painter(), batches, classifier=Judge(), class_names=("left", "hat"))
    assert "accuracy.generation.left" in only
    assert "accuracy.generation.right" not in only


def test_what_cannot_be_judged_says_why(batches):
    with pytest.raises(NotApplicable, match="--classifier RUN"):
        attributes(Painter(), batches)
    with pytest.raises(NotApplicable, match="predicts none of left, right"):
        attributes(Painter(), batches, classifier=Judge(), class_names=("hat",))


def test_the_accuracy_of_a_classifier_is_over_examples_and_attributes():
    x = np.zeros((4, 8, 8, 1), "float32")
    x[:2, :, :4] = 1.0  # seen: left, left, nothing, nothing
    batches = Batches(x, np.array([[1, 0], [0, 0], [0, 0], [0, 1]]), batch_size=3, names=NAMES)
    assert accuracy(Judge(), batches) == {"accuracy": 0.75, "accuracy.left": 0.75, "accuracy.right": 0.75}
    report = evaluation.evaluate(Judge(), batches)
    assert report["metrics"]["accuracy"] == 0.75
    assert not report["skipped"]


def test_the_accuracy_over_classes_counts_examples():
    class Chooser(Judge):
        labels = distributions.ClassLabels(3)

        def probabilities(self, x):
            return np.eye(3)[[0, 1, 2, 0]]

    batches = Batches(np.zeros((4, 8, 8, 1), "float32"), np.array([0, 1, 1, 2]), names=("a", "b", "c"))
    figures = accuracy(Chooser(), batches)
    assert figures["accuracy"] == 0.5
    assert figures["accuracy.c"] == 0.5, "one that is no c taken for one, one c missed"


@pytest.mark.parametrize("labels", [distributions.BinaryLabels(2), distributions.ClassLabels(3)])
def test_agreement_in_a_graph_is_that_of_answers(labels):
    rng = np.random.default_rng(0)
    logits = rng.standard_normal((50, labels.units)).astype("float32")
    y = rng.integers(0, 2, (50, 2)) if not labels.exclusive else rng.integers(0, 3, 50)
    answers = labels.answers(ops.convert_to_numpy(labels.probabilities(ops.convert_to_tensor(logits))))
    right = answers == (ops.convert_to_numpy(labels.encode(y)) > 0.5)
    expected = right.all(axis=1) if labels.exclusive else right.mean(axis=1)
    np.testing.assert_allclose(ops.convert_to_numpy(labels.agreement(ops.convert_to_tensor(y), logits)), expected)


def test_labels_that_have_an_attribute_keep_the_others():
    y = np.array([[0, 1], [1, 0]])
    np.testing.assert_array_equal(distributions.BinaryLabels(2).with_label(y, 1), [[0, 1], [1, 1]])
    np.testing.assert_array_equal(distributions.BinaryLabels(2).with_label(y, 0, 0), [[0, 1], [0, 0]])
    np.testing.assert_array_equal(distributions.BinaryLabels(1).with_label(np.array([0, 1]), 0), [[1], [1]])
    np.testing.assert_array_equal(distributions.ClassLabels(3).with_label(np.array([0, 1]), 2), [2, 2])
    np.testing.assert_array_equal(y, [[0, 1], [1, 0]])
