"""The classes that a classifier assigns to translations."""

import numpy as np
import pytest

from kvae import distributions, models
from kvae.evaluation import METRICS, NotApplicable
from kvae.evaluation.answers import STRENGTHS
from kvae.networks import mlp
from kvae.training import Batches
from tests.contracts.models import MODELS, SHAPE, batch, data_for, settle
from tests.evaluation.classifiers import NAMES, Classifier

DOMAINS = np.arange(8, dtype="int32") % 2


class Halves(Classifier):
    data_shape = SHAPE


def _found(model, data, labels=None, classifier=None):
    batches = Batches(*data, batch_size=3, labels=labels)
    return METRICS["answers"](model, batches, classifier=classifier or Halves(), class_names=NAMES)


def test_answers_are_those_for_translations_inputs_and_real_images(monkeypatch):
    model = settle(MODELS["CycleGAN"]())
    left, right = np.zeros((4, *SHAPE), "float32"), np.zeros((4, *SHAPE), "float32")
    left[:, :, :4], right[:, :, 4:] = 0.9, 0.8
    x = np.stack([left, right], axis=1).reshape(8, *SHAPE)  # domain 0 is bright on the left
    monkeypatch.setattr(model, "translate", lambda x, y: np.where(y == 0, right, left))
    found, (first, second) = _found(model, (x, DOMAINS)), model.domains
    assert found[f"answers.{first}.translations.left"] == found[f"answers.{first}.held_out.left"] == 1
    assert found[f"answers.{first}.inputs.left"] == found[f"answers.{second}.translations.left"] == 0
    assert found[f"answers.{second}.translations.right.probability"] == pytest.approx(0.8)


def test_answers_change_with_the_strength_of_a_shift_and_are_compared_with_random_shifts():
    model = settle(MODELS["StyleTransferVAE"]())
    found = _found(model, (batch(8),), DOMAINS)
    name = model.domains[0]
    assert {value.count(".") for value in found} == {3, 4}  # answers.KIND.SET.CLASS, and its probability
    for kind in ("strength", "random"):
        values = [found[f"answers.{name}.{kind}_{strength:.0%}.left.probability"] for strength in STRENGTHS]
        assert len(set(values)) == len(STRENGTHS), kind
    shifted, same = (found[f"answers.{name}.{of}.left.probability"] for of in ("strength_100%", "translations"))
    assert shifted == pytest.approx(same, rel=1e-5)
    unshifted = (found[f"answers.{name}.{of}_0%.left.probability"] for of in ("strength", "random"))
    assert next(unshifted) == pytest.approx(next(unshifted), rel=1e-5)


def test_images_of_pairs_are_reduced_to_those_of_a_classifier():
    small = (SHAPE[0] // 2, SHAPE[1] // 2, SHAPE[2])
    classifier = models.Classifier(mlp(small, 2), distributions.ClassLabels(2))
    model = settle(MODELS["Pix2Pix"]())
    found = _found(model, data_for(model, 6), classifier=classifier)
    assert found["answers.targets.held_out.left"] + found["answers.targets.held_out.right"] == pytest.approx(1)


def test_missing_classifier_is_not_applicable():
    with pytest.raises(NotApplicable, match="classifier"):
        METRICS["answers"](MODELS["CycleGAN"](), Batches(batch(8), DOMAINS))
