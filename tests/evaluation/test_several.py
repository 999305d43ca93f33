"""Several random translations of one image."""

import numpy as np
import pytest

from kvae.errors import UserError
from kvae.evaluation import METRICS, NotApplicable
from kvae.evaluation.features import FeatureNetwork
from kvae.models import Pix2Pix
from kvae.models.base import Translator
from kvae.networks import mlp
from kvae.training import Batches
from tests.contracts.models import MODELS, SHAPE, batch, data_for, settle


@pytest.fixture
def features():
    return FeatureNetwork(mlp(SHAPE, 5, name="net"))


def _found(model, data, features, **options):
    return METRICS["several"](model, Batches(*data, batch_size=4), features=features, **options)


def test_translations_with_known_errors_have_these_errors(features, monkeypatch):
    model = settle(MODELS["BicycleGAN"]())
    x, y = data_for(model, 6)
    monkeypatch.setattr(model, "translate", lambda x, seed: y + np.float32(0.1 * (seed + 1)))
    found = _found(model, (x, y), features, translations=3)
    assert found["several.mae.best"] == pytest.approx(0.1, rel=1e-5)
    assert found["several.mae.mean"] == pytest.approx(0.2, rel=1e-5)
    assert found["several.to_target.best"] <= found["several.to_target.mean"]


def test_random_translations_differ_and_equal_ones_do_not(features, monkeypatch):
    model = settle(MODELS["BicycleGAN"]())
    data = data_for(model, 6)
    found = _found(model, data, features, translations=3)
    assert found["several.distance"] > 0
    assert found["several.mae.best"] < found["several.mae.mean"]
    assert found == _found(model, data, features, translations=3)
    monkeypatch.setattr(model, "translate", lambda x, seed: data[1])
    assert _found(model, data, features, translations=3)["several.distance"] == 0
    expected = np.mean([np.linalg.norm(a - b) for i, a in enumerate(features(data[1])) for b in features(data[1])[:i]])
    assert _found(model, data, features)["several.distance_targets"] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("name", ["CycleGAN", "Pix2Pix"])
def test_model_with_one_translation_of_each_image_is_not_measured(name, features, monkeypatch):
    monkeypatch.setattr(Pix2Pix, "random_translations", Translator.random_translations)
    model = MODELS[name]()
    data = data_for(model, 4) if name == "Pix2Pix" else (batch(4), np.zeros(4, "int32"))
    with pytest.raises(NotApplicable, match="one translation"):
        _found(model, data, features)


def test_seed_of_a_model_with_one_translation_of_each_image_is_refused(monkeypatch):
    monkeypatch.setattr(Pix2Pix, "random_translations", Translator.random_translations)
    with pytest.raises(UserError, match=r"Expected no seed: Pix2Pix has one translation .* Received: seed=1"):
        MODELS["Pix2Pix"]().translate(batch(2), seed=1)


def test_missing_features_are_not_applicable(features):
    with pytest.raises(NotApplicable, match="feature network"):
        _found(MODELS["BicycleGAN"](), data_for(MODELS["BicycleGAN"](), 4), None)
