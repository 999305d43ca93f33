"""Translations compared with real images of their kind."""

import numpy as np
import pytest

from kvae.evaluation import METRICS, NotApplicable
from kvae.evaluation.features import FeatureNetwork
from kvae.networks import mlp
from kvae.training import Batches
from tests.contracts.models import MODELS, SHAPE, batch, data_for, settle

DOMAINS = np.arange(12, dtype="int32") % 2


@pytest.fixture
def features():
    return FeatureNetwork(mlp(SHAPE, 5, name="net"))


def _found(model, data, features, labels=None):
    batches = Batches(*data, batch_size=5, labels=labels)
    return METRICS["translated"](model, batches, features=features, training=batches)


@pytest.mark.parametrize("name", ["CycleGAN", "StyleTransferVAE"])
def test_translations_of_both_domains_are_compared_with_real_images(name, features):
    model, x = settle(MODELS[name]()), batch(12)
    found = _found(model, (x, DOMAINS) if "y" in model.batch_spec else (x,), features, DOMAINS)
    for domain in model.domains:
        assert found[f"translated.frechet.{domain}.training"] == pytest.approx(0, abs=1e-6), (
            "training images are the real ones"
        )
        for value in (f"kernel.{domain}.translations", f"kernel_ratio.{domain}", f"kernel.{domain}.recoloured"):
            value = f"translated.{value}"
            assert found[f"{value}.low"] <= found[f"{value}.high"]
        assert found[f"translated.images.{domain}.translations"] == 6
    assert found["translated.features"] == "net"


def test_translations_that_equal_their_inputs_have_a_ratio_of_one_and_find_them(features, monkeypatch):
    model = settle(MODELS["CycleGAN"]())
    monkeypatch.setattr(model, "translate", lambda x, y: x)
    found = _found(model, (batch(12), DOMAINS), features)
    for domain in model.domains:
        ratio = f"translated.kernel_ratio.{domain}"
        assert (found[ratio], found[f"{ratio}.low"], found[f"{ratio}.high"]) == (1, 1, 1)
        assert found[f"translated.found.{domain}"] == found[f"translated.found_by_thumbnail.{domain}"] == 1


def test_source_is_found_whatever_all_translations_share(features, monkeypatch):
    model = settle(MODELS["CycleGAN"]())
    monkeypatch.setattr(model, "translate", lambda x, y: 0.5 * x + 0.3)
    found = _found(model, (batch(12), DOMAINS), features)
    for domain in model.domains:
        assert found[f"translated.found_by_thumbnail.{domain}"] == 1


def test_translations_that_equal_real_images_have_no_distance(features, monkeypatch):
    """The translations of both domains are the images of the other one, in another order. They show no source."""
    model, x = settle(MODELS["CycleGAN"]()), batch(12)
    monkeypatch.setattr(model, "translate", lambda _, y: np.roll(x[y ^ 1 :: 2], 1, axis=0))
    found = _found(model, (x, DOMAINS), features)
    for domain in model.domains:
        assert found[f"translated.frechet.{domain}.translations"] == pytest.approx(0, abs=1e-6)
        assert found[f"translated.kernel.{domain}.translations"] < found[f"translated.kernel.{domain}.inputs"]
        assert found[f"translated.found_by_thumbnail.{domain}"] < 0.5


@pytest.mark.parametrize("name", ["Pix2Pix", "Pix2PixVAE, one's own target"])
def test_translations_of_pairs_are_compared_with_targets(name, features):
    model = settle(MODELS[name]())
    found = _found(model, data_for(model, 12), features)
    assert found["translated.frechet.targets.training"] == pytest.approx(0, abs=1e-6)
    assert "translated.kernel.targets.translations.low" in found
    assert 0 <= found["translated.found.targets"] <= 1


def test_inputs_with_other_channels_are_no_baseline(features, monkeypatch):
    model, (x, y) = settle(MODELS["Pix2Pix"]()), data_for(MODELS["Pix2Pix"](), 6)
    monkeypatch.setattr(model, "translate", lambda inputs: y)
    found = _found(model, (np.concatenate([x, x], axis=-1), y), features)
    assert "translated.kernel.targets.inputs" not in found
    assert "translated.kernel_ratio.targets" not in found


def test_few_images_or_no_features_are_not_applicable(features):
    model = settle(MODELS["CycleGAN"]())
    with pytest.raises(NotApplicable, match="three different images"):
        _found(model, (batch(4), DOMAINS[:4]), features)
    with pytest.raises(NotApplicable, match="feature network"):
        _found(model, (batch(12), DOMAINS), None)
    with pytest.raises(NotApplicable, match="two domains"):
        _found(model, (batch(12), np.arange(12, dtype="int32")), features)
