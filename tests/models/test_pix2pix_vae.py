"""Pix2PixVAE: terms computed by hand, and latent codes with and without skip connections."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.capabilities import CODED, DECODER, POSTERIOR, TRANSLATION, UNIT_KL
from kvae.errors import UserError
from kvae.models import Pix2PixVAE
from kvae.networks import mlp
from tests.contracts.models import LATENT, MODELS, SHAPE, batch, data_for, settle


def test_pix2pix_vae_losses_are_sums_of_rate_distortion_and_adversary(monkeypatch):
    monkeypatch.setattr(keras.random, "normal", lambda shape, **options: ops.zeros(shape))
    model = settle(MODELS["Pix2PixVAE"]())
    model.compile("sgd")
    model.beta.assign(0.5)
    model.beta_adversary.assign(3.0)
    x, y = data_for(model)
    found = model.phases()[0](model.unpack((x, y)), training=False)
    terms = {name: float(ops.convert_to_numpy(value)) for name, value in found.items()}
    distortion = (np.abs(y - model.translate(x)) + np.log(2)).sum(axis=(1, 2, 3)).mean()
    assert terms["distortion"] == pytest.approx(distortion, rel=1e-5)
    assert terms["rate"] == pytest.approx(model.rate_per_unit(x, y).sum(axis=1).mean(), rel=1e-5)
    expected = distortion + 0.5 * terms["rate"] + 3 * terms["adversarial"]
    assert terms["generator"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "capabilities"),
    [
        ("Pix2PixVAE", {TRANSLATION, CODED, POSTERIOR, UNIT_KL}),
        ("Pix2PixVAE, skips", {TRANSLATION, CODED, POSTERIOR, UNIT_KL}),
        ("Pix2PixVAE, one's own target", {TRANSLATION, CODED, POSTERIOR, UNIT_KL, DECODER}),
    ],
)
def test_pix2pix_vae_decodes_images_only_if_they_are_their_own_targets(name, capabilities):
    model = MODELS[name]()
    assert model.capabilities == capabilities
    data = data_for(model)
    assert model.encode(*data).shape == (6, LATENT)
    assert model.translate(data[0]).shape == (6, *SHAPE)


def test_pix2pix_vae_translation_of_its_own_target_is_the_reconstruction():
    model = settle(MODELS["Pix2PixVAE, one's own target"]())
    np.testing.assert_allclose(model.translate(batch()), model.reconstruct(batch()), atol=1e-6)
    assert model.sample(2, seed=0).shape == (2, *SHAPE)


def test_pix2pix_vae_with_skips_decodes_no_latent_code_alone():
    with pytest.raises(UserError, match="Expected a decoder of latent codes alone"):
        MODELS["Pix2PixVAE, skips"]().sample(2)


def with_positive_weights(model):
    """Make all weights positive, so that no ReLU is zero for all codes, and small, so that outputs are near 1."""
    for variable in model.trainable_variables:
        variable.assign(0.5 * ops.abs(variable))
    return model


@pytest.mark.parametrize("name", ["Pix2PixVAE", "Pix2PixVAE, skips"])
def test_pix2pix_vae_random_translations_have_draws_of_the_posterior_as_codes(name, monkeypatch):
    model = with_positive_weights(settle(MODELS[name]()))
    x = batch(6)
    random = model.translate(x, seed=1)
    np.testing.assert_array_equal(random, model.translate(x, seed=1))
    assert np.abs(random - model.translate(x, seed=2)).max() > 1e-4
    monkeypatch.setattr(keras.random, "normal", lambda shape, **options: ops.zeros(shape))
    np.testing.assert_allclose(model.translate(x, seed=1), model.translate(x), atol=1e-6)
    coded = model.translate_code(model.encode(*data_for(model)).astype("float64"), x)
    np.testing.assert_allclose(coded, model.translate(x), atol=1e-6)


def test_pix2pix_vae_refuses_codes_of_another_shape():
    with pytest.raises(UserError, match=r"Expected latent codes of shape .* one for each image"):
        MODELS["Pix2PixVAE"]().translate_code(np.zeros((1, LATENT)), batch(6))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((mlp(SHAPE, 5), mlp(LATENT, SHAPE)), "encoder's outputs"),
        ((mlp(SHAPE, 6), mlp(LATENT, (4, 4, 1))), "sides of their images"),
        ((mlp(SHAPE, 6), mlp(LATENT, SHAPE), mlp(SHAPE, 1)), "discriminator of pairs"),
        ((mlp(SHAPE, 6), mlp(LATENT, (8, 8, 3)), None, False), "decoder's outputs"),
    ],
    ids=["encoder", "decoder", "discriminator", "own target"],
)
def test_pix2pix_vae_with_mismatched_networks_raises(arguments, message):
    with pytest.raises(UserError, match=message):
        Pix2PixVAE(*arguments)
