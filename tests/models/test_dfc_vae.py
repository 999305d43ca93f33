"""DFC-VAE: a VAE with an error in the feature maps of another network."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from kvae import models, networks
from kvae.errors import UserError
from tests.contracts.models import LATENT, MODELS, SHAPE, batch, settle


def test_dfc_vae_error_is_half_the_mean_square_of_each_map():
    image = keras.Input(SHAPE)
    features = keras.Model(image, [2 * image, layers.AveragePooling2D(2)(image)])
    model = models.DFCVAE(networks.mlp(SHAPE, 2 * LATENT), networks.mlp(LATENT, SHAPE), features, beta=3.0)
    model.encoder.layers[-1].bias.assign([0.0] * LATENT + [-7.0] * LATENT)  # no noise to speak of
    model.encoder.layers[-1].kernel.assign(model.encoder.layers[-1].kernel * 0.01)
    x = batch(5)
    terms = {k: float(ops.convert_to_numpy(v)) for k, v in model.loss_terms(ops.convert_to_tensor(x), False).items()}
    difference = x - model.reconstruct(x)
    pooled = difference.reshape(5, 4, 2, 4, 2, 1).mean(axis=(2, 4))
    expected = 0.5 * (np.square(2 * difference).mean() + np.square(pooled).mean())
    assert terms["features"] == pytest.approx(expected, rel=1e-2)
    assert terms["loss"] == pytest.approx(terms["features"] + 3 * terms["rate"], rel=1e-5)


def test_dfc_vae_feature_network_is_not_trained():
    features = networks.conv_classifier(SHAPE, 2, width=2)  # batch norm, dropout and augmentation in it
    model = models.DFCVAE(networks.mlp(SHAPE, 2 * LATENT), networks.mlp(LATENT, SHAPE), features)
    before = [ops.convert_to_numpy(v).copy() for v in features.weights]
    model.compile(keras.optimizers.Adam(1e-2))
    model.fit(batch(16), batch_size=8, epochs=2, verbose=0)
    for weight, old in zip(features.weights, before, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(weight), old)


def test_dfc_vae_has_no_density_metrics():
    from kvae.evaluation import evaluate
    from kvae.training import Batches

    model = MODELS["DFCVAE"]()
    settle(model)
    report = evaluate(model, Batches(batch()), ["elbo", "nll", "reconstruction"])
    assert set(report["skipped"]) == {"elbo", "nll"}


def test_dfc_vae_with_features_of_another_size_is_refused():
    with pytest.raises(UserError, match="feature network for images"):
        models.DFCVAE(networks.mlp(SHAPE, 2 * LATENT), networks.mlp(LATENT, SHAPE), networks.mlp((4, 4, 1), 2))


def test_feature_maps_of_a_classifier_have_its_shapes():
    net = networks.conv_classifier((16, 16, 3), 2, width=2)
    assert networks.feature_maps(net).output_shape == [(None, 16, 16, 2), (None, 8, 8, 4), (None, 4, 4, 8)]
    with pytest.raises(UserError, match="ReLU or more"):
        networks.feature_maps(networks.mlp(4, 2, (3,)))


def test_vgg19_features_preprocess_as_published(monkeypatch):
    seen = []

    def vgg19(include_top, weights, input_shape):
        image = h = keras.Input(input_shape)
        for block in range(1, 4):
            h = layers.Conv2D(3, 1, use_bias=False, kernel_initializer="ones", name=f"block{block}_conv1")(h)
        seen.append(weights)
        return keras.Model(image, h)

    monkeypatch.setattr(keras.applications, "VGG19", vgg19)
    net = networks.vgg19_features((8, 8, 3))
    assert seen == ["imagenet"]
    red = np.zeros((1, 8, 8, 3), "float32")
    red[..., 0] = 1.0
    first = ops.convert_to_numpy(net(red)[0])
    np.testing.assert_allclose(first, 255 - (103.939 + 116.779 + 123.68), rtol=1e-5)
    monkeypatch.setattr("kvae.networks.features.MEANS_BGR", (0.0, 0.0, 255.0))  # the last channel is red's
    np.testing.assert_allclose(ops.convert_to_numpy(networks.vgg19_features((8, 8, 3))(red)[0]), 0, atol=1e-4)


def test_vgg19_features_without_weights_are_refused(monkeypatch):
    def refuse(**_):
        raise Exception("URL fetch failure on https://…")

    monkeypatch.setattr(keras.applications, "VGG19", refuse)
    with pytest.raises(UserError, match=r"Expected VGG-19's weights.*choose another feature net"):
        networks.vgg19_features((8, 8, 3))
