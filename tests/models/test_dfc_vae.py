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
