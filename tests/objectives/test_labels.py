"""Losses of predicted labels, with answers by hand."""

import math

import numpy as np
import pytest
from keras import ops

from kvae.distributions import BinaryLabels, ClassLabels
from kvae.objectives import known_class_loss, label_information


def _tensor(values, dtype="float32"):
    return ops.convert_to_tensor(np.array(values, dtype))


@pytest.mark.parametrize(("labels", "expected"), [(ClassLabels(4), -math.log(4)), (BinaryLabels(3), -3 * math.log(2))])
def test_label_information_of_uniform_predictions_is_smallest(labels, expected, rng):
    uniform = np.zeros((5, labels.units))
    assert float(label_information(labels, _tensor(uniform))) == pytest.approx(expected, rel=1e-6)
    assert float(label_information(labels, _tensor(uniform + rng.normal(size=uniform.shape)))) > expected


RATES = np.array([0.5, 0.25, 0.25])


@pytest.mark.parametrize(
    ("labels", "logits"),
    [(ClassLabels(3), np.log(RATES)), (BinaryLabels(3), np.log(RATES / (1 - RATES)))],
)
def test_label_information_of_predicted_base_rates_is_zero(labels, logits):
    assert float(label_information(labels, _tensor([logits] * 2), RATES)) == pytest.approx(0, abs=1e-6)
    assert float(label_information(labels, _tensor([logits, logits + np.eye(3)[0]]), RATES)) > 0.01


def test_known_class_loss_is_the_cross_entropy_of_known_classes():
    logits = [[math.log(3), 0.0], [9.0, -9.0], [0.0, 0.0]]  # q = (3/4, 1/4), unknown, (1/2, 1/2)
    loss = known_class_loss(_tensor([0, -1, 1], "int32"), _tensor(logits))
    assert float(loss) == pytest.approx((math.log(4 / 3) + math.log(2)) / 2, rel=1e-6)


def test_known_class_loss_without_known_classes_is_zero():
    assert float(known_class_loss(_tensor([-1, -1], "int32"), _tensor([[5.0, -5.0], [1.0, 2.0]]))) == 0
