"""The accuracy of classifiers whose answers are known."""

import numpy as np

from kvae import distributions
from kvae.evaluation import evaluate
from kvae.evaluation.accuracy import accuracy
from kvae.training.batches import Batches
from tests.evaluation.classifiers import NAMES, Classifier


def test_accuracy_attributes_is_mean_over_examples_and_attributes():
    x = np.zeros((4, 8, 8, 1), "float32")
    x[:2, :, :4] = 1.0  # predicted: left, left, nothing, nothing
    batches = Batches(x, np.array([[1, 0], [0, 0], [0, 0], [0, 1]]), batch_size=3, names=NAMES)
    assert accuracy(Classifier(), batches) == {"accuracy": 0.75, "accuracy.left": 0.75, "accuracy.right": 0.75}


def test_accuracy_classes_counts_examples():
    class Fixed(Classifier):
        labels = distributions.ClassLabels(3)

        def probabilities(self, x):
            return np.eye(3)[[0, 1, 2, 0]]

    batches = Batches(np.zeros((4, 8, 8, 1), "float32"), np.array([0, 1, 1, 2]), names=("a", "b", "c"))
    values = accuracy(Fixed(), batches)
    assert values["accuracy"] == 0.5
    assert values["accuracy.c"] == 0.5, "one example is wrongly predicted as c, and one c is missed"


def test_evaluate_classifier_computes_accuracy_only():
    batches = Batches(np.zeros((4, 8, 8, 1), "float32"), np.zeros((4, 2), int), names=NAMES)
    report = evaluate(Classifier(), batches)
    assert report["metrics"]["accuracy"] == 1.0
    assert not report["skipped"]
