"""Errors of images before and after a refiner."""

import numpy as np
import pytest

from kvae.evaluation import METRICS, NotApplicable
from kvae.evaluation.feature_sets import frechet_distance, principal_components
from kvae.evaluation.features import FeatureNetwork
from kvae.models import StyleTransferVAE
from kvae.networks import mlp
from kvae.training import Batches
from tests.contracts.models import MODELS, SHAPE, batch, settle
from tests.contracts.parts import dense

DOMAINS = np.arange(12, dtype="int32") % 2


@pytest.fixture
def model():
    return settle(MODELS["StyleTransferVAE"]())


@pytest.fixture
def features():
    return FeatureNetwork(mlp(SHAPE, 5, name="net"))


def _data(count=12):
    return Batches(batch(count), batch_size=5, labels=DOMAINS[:count])


def test_errors_are_those_of_reconstructions_in_the_range_of_images(model, monkeypatch):
    monkeypatch.setattr(model, "reconstruct", lambda x: np.where(x > 0.5, 1.2, x).astype("float32"))
    monkeypatch.setattr(model, "refine", lambda x_hat: x_hat - np.float32(0.1) * (x_hat == 1))
    x = batch(12)
    found = METRICS["refinement"](model, _data())
    bright = x > 0.5
    assert found["refinement.mae.decoded"] == pytest.approx((bright * (1 - x)).mean(), rel=1e-5)
    assert found["refinement.mae.refined"] == pytest.approx((bright * np.abs(0.9 - x)).mean(), rel=1e-5)
    assert 0 < found["refinement.ssim.decoded"] < 1


def test_perfect_refiner_has_no_error(model, monkeypatch):
    refined = iter(np.split(batch(12), [5, 10]))
    monkeypatch.setattr(model, "refine", lambda x_hat: next(refined))
    found = METRICS["refinement"](model, _data())
    assert (found["refinement.mae.refined"], found["refinement.ssim.refined"]) == (0, pytest.approx(1))


def test_translations_before_and_after_the_refiner_are_compared_with_real_images(model, features, monkeypatch):
    x = batch(12)
    real = {number: x[number == DOMAINS] for number in (0, 1)}
    monkeypatch.setattr(
        model, "translate", lambda _, domain, refined=True: real[1 - domain] * np.float32(1 if refined else 0.9)
    )
    found = METRICS["refinement"](model, _data(), features=features, training=_data())
    for number, domain in enumerate(model.domains):
        components = principal_components(features(real[number]))
        darker = (components(features(images)) for images in (real[number], real[number] * np.float32(0.9)))
        assert found[f"refinement.frechet.{domain}.refined"] == pytest.approx(0, abs=1e-6)
        assert found[f"refinement.frechet.{domain}.decoded"] == pytest.approx(frechet_distance(*darker), rel=1e-3)
    assert found["refinement.features"] == "net"


@pytest.mark.parametrize(
    ("count", "with_features", "with_training", "reason"),
    [
        (12, False, True, "feature network"),
        (12, True, False, "training examples"),
        (4, True, True, "three different images"),
    ],
)
def test_errors_are_reported_if_distances_cannot_be(model, features, count, with_features, with_training, reason):
    model.measure(_data())
    options = {"features": features} if with_features else {}
    training = {"training": _data(count)} if with_training else {}
    found = METRICS["refinement"](model, _data(count), **options, **training)
    assert isinstance(found["refinement.frechet"], NotApplicable)
    assert reason in str(found["refinement.frechet"])
    assert "refinement.mae.refined" in found


def test_model_without_a_refiner_has_no_refinement():
    with pytest.raises(NotApplicable, match="StyleTransferVAE has no refiner"):
        METRICS["refinement"](StyleTransferVAE(*dense()), _data())
