"""BicycleGAN: the losses of its four phases computed by hand, and several translations of one image."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.errors import UserError
from kvae.models import BicycleGAN
from kvae.networks import conv_encoder, mlp, patch_discriminator, unet
from tests.contracts.models import LATENT, MODELS, SHAPE, batch, data_for, settle


def _array(tensor):
    return ops.convert_to_numpy(tensor)


def test_bicycle_gan_phases_have_the_losses_of_the_paper(monkeypatch):
    """With normal noise of one, z is the sum of mean and standard deviation, and z_p is one."""
    monkeypatch.setattr(keras.random, "normal", lambda shape, **options: ops.ones(shape))
    model = settle(MODELS["BicycleGAN"]())
    model.compile("sgd")
    x, y = data_for(model)
    terms = {}
    for phase in model.phases():
        found = phase(model.unpack((x, y)), training=False)
        terms |= {f"{next(iter(phase.over))}/{name}": float(_array(value)) for name, value in found.items()}
    mean, std = model.posterior_parameters(x, y)
    y_hat = _array(model.generator([x, mean + std]))
    y_p = _array(model.generator([x, np.ones((6, LATENT), "float32")]))
    real, fake = (_array(model.discriminator(image)) for image in (y, y_hat))
    real_p, fake_p = (_array(model.sample_discriminator(image)) for image in (y, y_p))
    adversarial = np.square(fake - 1).mean() + np.square(fake_p - 1).mean()
    rate, error = model.rate_per_unit(x, y).sum(axis=1).mean(), np.abs(y - y_hat).mean()
    code_error = np.abs(_array(model.encoder(y_p))[:, :LATENT] - 1).mean()
    expected = {
        "encoder/adversarial": adversarial,
        "encoder/error": error,
        "encoder/rate": rate,
        "encoder/encoder": adversarial + 20 * error + 0.01 * rate,
        "encoder/generator": adversarial + 20 * error + 0.01 * rate,
        "generator/code_error": code_error,
        "generator/generator": 0.5 * code_error,
        "discriminator/discriminator": (np.square(real - 1).mean() + np.square(fake).mean()) / 2,
        "sample_discriminator/sample_discriminator": (np.square(real_p - 1).mean() + np.square(fake_p).mean()) / 2,
    }
    assert terms == pytest.approx(expected, rel=1e-4)


def test_bicycle_gan_phases_train_encoder_and_generator_then_the_generator_then_each_discriminator():
    assert [list(phase.over) for phase in MODELS["BicycleGAN"]().phases()] == [
        ["encoder", "generator"],
        ["generator"],
        ["discriminator"],
        ["sample_discriminator"],
    ]


def test_bicycle_gan_translations_of_different_seeds_differ():
    model = settle(MODELS["BicycleGAN"]())
    x = batch(3)
    first, again, other = (model.translate(x, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3
    zeros = np.zeros((3, LATENT), "float32")
    np.testing.assert_allclose(model.translate(x), _array(model.generator([x, zeros])), atol=1e-6)
    with pytest.raises(UserError, match="Expected an image with each latent code"):
        model.sample(2)


def test_bicycle_gan_encodes_targets_of_bytes():
    model = settle(MODELS["BicycleGAN"]())
    y = np.random.default_rng(0).integers(0, 256, (3, *SHAPE), "uint8")
    np.testing.assert_allclose(model.encode(batch(3), y), model.encode(batch(3), y.astype("float32") / 255), atol=1e-6)


@pytest.mark.parametrize("place", [1, 2, 3])
def test_bicycle_gan_with_a_network_of_other_images_raises(place):
    shape = (16, 16, 3)
    nets = [unet(shape, 1, 2, code_units=2), conv_encoder((16, 16, 1), 4, 2)]
    nets += [patch_discriminator((16, 16, 1), 2) for _ in range(2)]
    assert BicycleGAN(*nets).translate(np.zeros((2, *shape)), seed=0).shape == (2, 16, 16, 1)
    nets[place] = mlp(shape, 4)
    with pytest.raises(UserError, match=("encoder", "discriminator", "sample_discriminator")[place - 1]):
        BicycleGAN(*nets)
