"""Images before and after a refiner."""

import numpy as np
import pytest

from kvae.evaluation import METRICS, NotApplicable
from kvae.evaluation.features import FeatureNetwork
from kvae.models import StyleTransferVAE
from kvae.networks import mlp
from kvae.training import Batches
from tests.contracts.models import MODELS, SHAPE, batch, settle
from tests.contracts.parts import dense

DOMAINS = np.arange(12, dtype="int32") % 2


@pytest.fixture
def model():
    model = settle(MODELS["StyleTransferVAE"]())
    model.measure(_data())
    return model


def _data():
    return Batches(batch(12), batch_size=5, labels=DOMAINS)


def test_refiner_that_returns_the_right_images_has_no_error(model, monkeypatch):
    monkeypatch.setattr(model, "reconstruct", lambda x: x - np.float32(0.1) * (x > 0.5))
    monkeypatch.setattr(model, "refine", lambda x: x + np.float32(0.1) * ((x > 0.5) | (x > 0.4)))
    x = batch(12)
    found = METRICS["refinement"](model, _data())
    assert found["refinement.mae.decoded"] == pytest.approx(0.1 * (x > 0.5).mean(), rel=1e-4)
    assert found["refinement.mae.refined"] == pytest.approx(0.1 * ((x > 0.4) & (x <= 0.5)).mean(), rel=1e-4)
    assert isinstance(found["refinement.frechet"], NotApplicable)


def test_translations_before_and_after_the_refiner_are_compared_with_real_images(model, monkeypatch):
    x = batch(12)
    real = {domain: x[1 - domain == DOMAINS] for domain in (0, 1)}  # what images of the domain are translated into
    monkeypatch.setattr(
        model, "translate", lambda _, domain, refined=True: real[domain] if refined else 0.9 * real[domain]
    )
    features = FeatureNetwork(mlp(SHAPE, 5, name="net"))
    found = METRICS["refinement"](model, _data(), features=features, training=_data())
    for domain in model.domains:
        assert found[f"refinement.frechet.{domain}.refined"] == pytest.approx(0, abs=1e-6)
        assert found[f"refinement.frechet.{domain}.decoded"] > 1e-4


def test_model_without_a_refiner_has_no_refinement():
    with pytest.raises(NotApplicable, match="StyleTransferVAE has no refiner"):
        METRICS["refinement"](StyleTransferVAE(*dense()), _data())
