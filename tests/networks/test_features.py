"""Features of networks that were trained for another task."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from kvae import networks
from kvae.errors import UserError


@pytest.fixture
def vgg19(monkeypatch):
    """Replace VGG-19 by three convolutions that add up the channels. Return the list of the requested weights."""
    asked = []

    def build(include_top, weights, input_shape):
        image = h = keras.Input(input_shape)
        for block in range(1, 4):
            h = layers.Conv2D(3, 1, use_bias=False, kernel_initializer="ones", name=f"block{block}_conv1")(h)
        asked.append(weights)
        return keras.Model(image, h)

    monkeypatch.setattr(keras.applications, "VGG19", build)
    return asked


@pytest.fixture
def red():
    """An image that is red everywhere."""
    x = np.zeros((1, 8, 8, 3), "float32")
    x[..., 0] = 1.0
    return x


def test_feature_maps_of_a_classifier_are_its_first_activations():
    net = networks.conv_classifier((16, 16, 3), 2, width=2)
    assert networks.feature_maps(net).output_shape == [(None, 16, 16, 2), (None, 8, 8, 4), (None, 4, 4, 8)]


def test_feature_maps_of_a_network_with_too_few_layers_raises():
    with pytest.raises(UserError, match="at least 3 layers of type ReLU"):
        networks.feature_maps(networks.mlp(4, 2, (3,)))


def test_vgg19_features_subtract_the_means_of_imagenet(vgg19, red):
    first = ops.convert_to_numpy(networks.vgg19_features((8, 8, 3))(red)[0])
    np.testing.assert_allclose(first, 255 - (103.939 + 116.779 + 123.68), rtol=1e-5)
    assert vgg19 == ["imagenet"]


def test_vgg19_features_put_blue_first(vgg19, red, monkeypatch):
    monkeypatch.setattr("kvae.networks.features.MEANS_BGR", (0.0, 0.0, 255.0))  # the last channel is then red
    np.testing.assert_allclose(ops.convert_to_numpy(networks.vgg19_features((8, 8, 3))(red)[0]), 0, atol=1e-4)


def test_vgg19_features_without_weights_raises_an_error_with_the_repair(monkeypatch):
    def refuse(**_):
        raise Exception("URL fetch failure on https://…")

    monkeypatch.setattr(keras.applications, "VGG19", refuse)
    with pytest.raises(UserError, match=r"Expected weights of VGG-19.*use another feature network"):
        networks.vgg19_features((8, 8, 3))


@pytest.fixture
def largest(monkeypatch):
    """Replace the networks of `keras.applications` by the largest value of each channel. Return their arguments."""
    asked = []

    def build(**options):
        asked.append(options)
        image = keras.Input(options["input_shape"])
        return keras.Model(image, layers.GlobalMaxPooling2D()(image))

    monkeypatch.setattr(keras.applications, "VGG19", build)
    monkeypatch.setattr(keras.applications, "InceptionV3", build)
    return asked


def test_penultimate_is_the_input_of_the_last_layer():
    net = networks.conv_classifier((16, 16, 3), 2, width=2)
    features = networks.penultimate(net)
    assert features.output_shape == (None, 128)
    x = np.random.default_rng(0).random((3, 16, 16, 3)).astype("float32")
    logits = net.layers[-1](features(x, training=False))  # augmentation is random by default
    np.testing.assert_allclose(*map(ops.convert_to_numpy, (logits, net(x, training=False))), rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "side", "expected"),
    [("inception_v3", 299, [1, -1, -1]), ("vgg19", 224, [-103.939, -116.779, 255 - 123.68])],
)
def test_imagenet_features_enlarge_and_scale_images(largest, red, tmp_path, name, side, expected):
    net = networks.imagenet_features(name, (8, 8, 3), tmp_path / "weights.h5")
    np.testing.assert_allclose(ops.convert_to_numpy(net(red))[0], expected, rtol=1e-5)
    assert largest == [
        {
            "include_top": False,
            "weights": str(tmp_path / "weights.h5"),
            "input_shape": (side, side, 3),
            "pooling": "avg",
        }
    ]


def test_imagenet_features_take_grey_images(largest):
    net = networks.imagenet_features("inception_v3", (8, 8, 1), None)
    np.testing.assert_allclose(ops.convert_to_numpy(net(np.ones((2, 8, 8, 1), "float32"))), np.ones((2, 3)), rtol=1e-5)
    with pytest.raises(UserError, match="one or three channels"):
        networks.imagenet_features("vgg19", (8, 8, 2), None)


def test_imagenet_weights_are_the_file_in_the_folder_of_keras(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(UserError, match=r"weights of vgg19 .*no such file.*applications\.VGG19\(include_top=False\)"):
        networks.imagenet_weights("vgg19")
    file = tmp_path / "models" / networks.IMAGENET_WEIGHTS["vgg19"]
    file.parent.mkdir()
    file.touch()
    assert networks.imagenet_weights("vgg19") == file
