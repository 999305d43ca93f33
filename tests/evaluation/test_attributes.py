"""Labels that a classifier recognises in images of a model that follows its labels in a known share of images."""

import numpy as np
import pytest

from kvae import distributions
from kvae.capabilities import DECODER, LABELS
from kvae.evaluation import NotApplicable
from kvae.evaluation.attributes import attributes
from kvae.training.batches import Batches
from tests.evaluation.classifiers import NAMES, Classifier

N = 40


class HalfFollowsLabels:
    """A model that draws the attribute "left" as requested, and the attribute "right" in every second image only."""

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
    return Batches(HalfFollowsLabels().sample(N, y, 0), y, batch_size=16, names=NAMES)


def test_attributes_known_model_reports_shares_of_images(batches):
    values = attributes(HalfFollowsLabels(), batches, classifier=Classifier(), class_names=NAMES)
    assert values["accuracy.generation.left"] == values["accuracy.transfer.left"] == 1.0
    assert values["accuracy.sampler"] == "prior"
    assert values["accuracy.generation.right"] == values["accuracy.transfer.right"] == 0.5
    assert values["accuracy.generation.right.low"] < 0.4 < 0.6 < values["accuracy.generation.right.high"]
    assert values["accuracy.without.left"] == values["accuracy.without.right"] == 1.0
    bright = Classifier().probabilities(batches.x)[:, 1] > 0.5
    assert values["accuracy.generation.right.base_rate"] == bright.mean()
    assert values["accuracy.reconstruction.left"] == 1.0
    assert values["accuracy.reconstruction.right"] == bright[batches.y[:, 1] == 1].mean()


def test_attributes_class_names_match_outputs_to_attributes(batches):
    values = attributes(HalfFollowsLabels(), batches, classifier=Classifier(), class_names=("right", "left"))
    assert values["accuracy.generation.left"] < 0.8, "the wrong half decides"
    values = attributes(HalfFollowsLabels(), batches, classifier=Classifier(), class_names=("left", "hat"))
    assert "accuracy.generation.left" in values
    assert "accuracy.generation.right" not in values


def test_attributes_without_suitable_classifier_gives_reason(batches):
    with pytest.raises(NotApplicable, match="needs a classifier"):
        attributes(HalfFollowsLabels(), batches)
    with pytest.raises(NotApplicable, match="predicts none of left, right"):
        attributes(HalfFollowsLabels(), batches, classifier=Classifier(), class_names=("hat",))
