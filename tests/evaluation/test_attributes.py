"""Labels that a classifier recognises in images of a model that follows its labels in a known share of images."""

from types import SimpleNamespace

import numpy as np
import pytest

from kvae import distributions
from kvae.capabilities import DECODER, LABELS, POSTERIOR
from kvae.evaluation import NotApplicable
from kvae.evaluation.attributes import attributes
from kvae.latent.samplers import fit
from kvae.training.batches import Batches
from tests.contracts.models import MODELS, data_for
from tests.evaluation.classifiers import NAMES, Classifier

N = 40


class HalfFollowsLabels:
    """A model that draws the attribute "left" as requested, and the attribute "right" in every second image only.

    With a fitted sampler it draws neither.
    """

    batch_spec = ("x", "y")
    capabilities = frozenset({DECODER, LABELS, POSTERIOR})
    labels = distributions.BinaryLabels(2)

    def sample(self, n, y, seed, sampler=None):
        x = np.zeros((n, 8, 8, 1), "float32")
        if sampler is not None:
            return x
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
    assert values["accuracy.generation.left.prior"] == values["accuracy.transfer.left"] == 1.0
    assert values["accuracy.generation.right.prior"] == values["accuracy.transfer.right"] == 0.5
    assert values["accuracy.generation.right.prior.low"] < 0.4 < 0.6 < values["accuracy.generation.right.prior.high"]
    assert values["accuracy.without.left.prior"] == values["accuracy.without.right.prior"] == 1.0
    bright = Classifier().probabilities(batches.x)[:, 1] > 0.5
    assert values["accuracy.generation.right.base_rate"] == bright.mean()
    assert values["accuracy.reconstruction.left"] == 1.0
    assert values["accuracy.reconstruction.right"] == bright[batches.y[:, 1] == 1].mean()


def test_attributes_of_the_fitted_sampler_stand_next_to_those_of_the_prior(batches):
    given = {"classifier": Classifier(), "class_names": NAMES}
    prior = attributes(HalfFollowsLabels(), batches, **given)
    values = attributes(HalfFollowsLabels(), batches, sampler=SimpleNamespace(kind="mixture"), **given)
    for name in NAMES:
        assert values[f"accuracy.generation.{name}.mixture"] == values[f"accuracy.generation.{name}.mixture.high"] == 0
        assert values[f"accuracy.without.{name}.mixture"] == 1
    assert {name: values[name] for name in prior} == prior
    assert not any("mixture" in name for name in prior)


def test_attributes_of_a_labelled_model_give_its_sampler_the_labels(monkeypatch):
    model = MODELS["CondVAE"]()
    sampler = fit("normal", model.encode(*data_for(model, 60)), model.encoded_labels(data_for(model, 60)[1]))
    sample, asked = model.sample, []
    monkeypatch.setattr(
        model, "sample", lambda n, y, **given: asked.append((given["sampler"], y)) or sample(n, y, **given)
    )
    attributes(model, Batches(*data_for(model, 12)), classifier=Classifier(), class_names=("0",), sampler=sampler)
    assert [given for given, _ in asked] == [None, sampler, None, sampler]
    for (_, first), (_, second) in zip(asked[::2], asked[1::2], strict=True):
        np.testing.assert_array_equal(first, second)
    assert asked[0][1][:, 0].all()
    assert not asked[2][1][:, 0].any()


def test_attributes_of_a_model_without_samplers_are_those_of_transfers(batches):
    model = HalfFollowsLabels()
    model.capabilities = model.capabilities - {POSTERIOR}
    values = attributes(model, batches, classifier=Classifier(), class_names=NAMES)
    assert values["accuracy.transfer.left"] == 1.0
    assert not any(name.endswith("prior") for name in values)


def test_attributes_class_names_match_outputs_to_attributes(batches):
    values = attributes(HalfFollowsLabels(), batches, classifier=Classifier(), class_names=("right", "left"))
    assert values["accuracy.generation.left.prior"] < 0.8, "the wrong half decides"
    values = attributes(HalfFollowsLabels(), batches, classifier=Classifier(), class_names=("left", "hat"))
    assert "accuracy.generation.left.prior" in values
    assert "accuracy.generation.right.prior" not in values


def test_attributes_without_suitable_classifier_gives_reason(batches):
    with pytest.raises(NotApplicable, match="needs a classifier"):
        attributes(HalfFollowsLabels(), batches)
    with pytest.raises(NotApplicable, match="predicts none of left, right"):
        attributes(HalfFollowsLabels(), batches, classifier=Classifier(), class_names=("hat",))
