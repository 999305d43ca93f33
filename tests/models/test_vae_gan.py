"""VAE/GAN: loss terms computed by hand, and the networks that each player trains."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import ops

from kvae.errors import UserError
from tests.contracts.models import LATENT, MODELS, SHAPE, data_for, settle


def _terms(model, data):
    model.compile("sgd")
    return {k: float(ops.convert_to_numpy(v)) for k, v in model.phases()[0](model.unpack(data), training=False).items()}


def test_vae_gan_losses_of_the_players_are_sums_of_three_terms():
    model = MODELS["VAEGAN"]()
    settle(model)
    terms = _terms(model, data_for(model, 16))
    gan = terms["real"] + 2 * terms["fake"]
    np.testing.assert_allclose(terms["encoder"], terms["rate"] + terms["features"], rtol=1e-6)
    np.testing.assert_allclose(terms["discriminator"], gan, rtol=1e-6)
    np.testing.assert_allclose(terms["decoder"], 0.1 * terms["features"] - gan, rtol=1e-5)


def test_vae_gan_feature_error_does_not_depend_on_extreme_samples(monkeypatch):
    """Batch norm over images and samples in one batch would normalise the images with the statistics of the samples."""
    model = MODELS["VAEGAN, convolutional, classes"]()
    x, y = (ops.convert_to_tensor(part) for part in data_for(model, 16))
    x_hat = 0.5 * ops.cast(x, "float32") + 0.2

    def error(factor):
        drawn = SimpleNamespace(mean=ops.stack([x_hat, factor * x_hat]))
        monkeypatch.setattr(model, "observation", lambda *args, **options: drawn)
        return float(ops.convert_to_numpy(model.loss_terms((x, y), training=True)["features"]))

    np.testing.assert_allclose(error(100.0), error(1.0), rtol=1e-5)


def test_vae_gan_non_saturating_decoder_loss_grows_without_bound():
    """It grows without bound as D recognises generated images, where −L_GAN and its gradient go to 0."""
    model = MODELS["VAEGAN"]()
    model.saturating = False
    last, data = model.discriminator.layers[-1], data_for(model, 16)
    last.kernel.assign(np.zeros(last.kernel.shape))
    for logit, loss in ((0.0, 2 * np.log(2)), (-20.0, 40.0)):
        last.bias.assign([logit])
        terms = _terms(model, data)
        np.testing.assert_allclose(terms["decoder"] - 0.1 * terms["features"], loss, rtol=1e-4)


@pytest.mark.parametrize("saturating", [True, False])
def test_vae_gan_decoder_gradient_raises_the_discriminator_loss(saturating):
    """The gradient of its adversarial part points in the direction in which the discriminator's loss rises."""
    model = MODELS["VAEGAN"]()
    model.saturating = saturating
    settle(model)
    model.gamma.assign(0.0)
    model.compile(
        {player: keras.optimizers.SGD(0.0 if player != "decoder" else 0.5) for player in model.phases()[0].over}
    )
    x = data_for(model, 64)[0]
    before = model.evaluate(x, verbose=0, return_dict=True)
    for _ in range(20):
        model.train_on_batch(x)
    assert model.evaluate(x, verbose=0, return_dict=True)["fake"] > before["fake"]


@pytest.mark.parametrize(
    ("name", "level", "skipping"),
    [
        ("VAEGAN, convolutional, classes", 0.1, "decoder"),
        ("VAEGAN", 0.68, None),
        ("VAEGAN, convolutional, classes", 1.3, "discriminator"),
    ],
)
def test_vae_gan_player_that_skips_a_step_does_not_change(name, level, skipping):
    """An uninformed discriminator has losses of log 2: far above a level of 0.1, and far below one of 1.3."""
    model = MODELS[name]()
    model.level = level
    last = model.discriminator.layers[-1]
    last.kernel.assign(np.zeros(last.kernel.shape))
    model.compile(keras.optimizers.RMSprop(1e-3))
    before = {
        player: [ops.convert_to_numpy(v).copy() for v in layers[0].weights + model.optimizer.players[player].variables]
        for player, layers in model.phases()[0].over.items()
    }
    model.train_on_batch(*data_for(model, 16))
    for player, layers in model.phases()[0].over.items():
        after = [ops.convert_to_numpy(v) for v in layers[0].weights + model.optimizer.players[player].variables]
        same = [np.array_equal(old, new) for old, new in zip(before[player], after, strict=True)]
        assert all(same) == (player == skipping)


def test_vae_gan_without_labels_encodes_and_samples():
    model = MODELS["VAEGAN"]()
    assert model.batch_spec == ("x",)
    assert model.sample(3, seed=0).shape == (3, *SHAPE)
    x = data_for(model, 4)[0]
    assert model.encode(x).shape == (4, LATENT)
    with pytest.raises(UserError, match="takes neither labels"):
        model.encode(x, np.zeros(4))
    with pytest.raises(UserError, match="model of labelled data"):
        model.transfer(x, np.zeros(4), 1)
