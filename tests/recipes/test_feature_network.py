"""The feature network of the metrics of samples."""

import keras
import numpy as np
import pytest

import kvae
from kvae import weights
from kvae.errors import ChoiceError, UserError
from kvae.evaluation.features import FeatureNetwork
from kvae.files import sha256
from kvae.recipes.feature_network import open_features


def test_open_features_default_is_the_bundled_classifier_of_the_data():
    network = open_features(None, "celeba", (64, 64, 3))
    assert network.name == "celeba/attribute_classifier"
    assert network.sha256 == sha256(weights.FOLDER / "celeba" / "attribute_classifier" / "model.weights.h5")
    assert network(np.zeros((2, 64, 64, 3))).shape == (2, 128)


def test_open_features_without_a_bundled_classifier_says_what_to_give():
    with pytest.raises(UserError, match=r"samples of digits, for which no .* --features: .* or inception_v3 or vgg19"):
        open_features(None, "digits", (8, 8, 1))


@pytest.mark.parametrize("name", ["inception_v3", "vgg19"])
def test_open_features_without_weights_of_imagenet_is_refused_at_once(name, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(UserError, match=rf"weights of {name} in {tmp_path}.*Received: no such file\. Download them"):
        open_features(name, "digits", (8, 8, 1))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("celeba/attribute_classifier", r"images \(8, 8, 1\).*takes \(64, 64, 3\)"),
        ("digits/vae", "Expected a classifier"),
        ("nowhere", "Received: nowhere"),
    ],
)
def test_open_features_of_another_kind_is_refused(source, words):
    with pytest.raises(UserError, match=words):
        open_features(source, "digits", (8, 8, 1))


def test_evaluate_takes_a_network_of_the_user():
    net = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()], name="pixels")
    digits = kvae.open_trained("digits/vae")
    values = digits.evaluate("frechet", first=50, features=net)["metrics"]
    assert values["frechet.features"] == "pixels"
    assert values["frechet.features_sha256"] == FeatureNetwork(net).sha256
    assert values["frechet.training_images"] == len(digits.batches("train").x)
    assert 0 < values["frechet.distance.held_out"] < values["frechet.distance.prior"]
    with pytest.raises(ChoiceError, match="features"):
        digits.evaluate("reconstruction", first=5, features=net)
