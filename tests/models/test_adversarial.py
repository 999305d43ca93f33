"""VAE/GAN, IFCVAE-GAN and the adversary of CSVAE: loss terms computed by hand, and the networks that each phase trains."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import ops

from kvae import networks
from kvae.distributions import BinaryLabels
from kvae.errors import UserError
from kvae.models import CSVAE, IFCVAEGAN
from tests.contracts.models import LATENT, MODELS, SHAPE, data_for, settle


def _terms(model, data):
    model.compile("sgd")
    return {k: float(ops.convert_to_numpy(v)) for k, v in model.phases()[0](model.unpack(data), training=False).items()}


def test_vae_gan_players_losses_add_up_from_three_terms():
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

    def error(loudness):
        drawn = SimpleNamespace(mean=ops.stack([x_hat, loudness * x_hat]))
        monkeypatch.setattr(model, "observation", lambda *args, **options: drawn)
        return float(ops.convert_to_numpy(model.loss_terms((x, y), training=True)["features"]))

    np.testing.assert_allclose(error(100.0), error(1.0), rtol=1e-5)


def test_vae_gan_non_saturating_decoder_loss_grows_without_bound():
    """It grows without bound as D recognises generated images, where −L_GAN and its gradient go to 0."""
    model = MODELS["VAEGAN"]()
    model.saturating = False
    opinion, data = model.discriminator.layers[-1], data_for(model, 16)
    opinion.kernel.assign(np.zeros(opinion.kernel.shape))
    for logit, price in ((0.0, 2 * np.log(2)), (-20.0, 40.0)):
        opinion.bias.assign([logit])
        terms = _terms(model, data)
        np.testing.assert_allclose(terms["decoder"] - 0.1 * terms["features"], price, rtol=1e-4)


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
    ("name", "level", "sits_out"),
    [
        ("VAEGAN, convolutional, classes", 0.1, "decoder"),
        ("VAEGAN", 0.68, None),
        ("VAEGAN, convolutional, classes", 1.3, "discriminator"),
    ],
)
def test_vae_gan_player_that_skips_a_step_does_not_change(name, level, sits_out):
    """An uninformed discriminator has losses of log 2: far above a level of 0.1, and far below one of 1.3."""
    model = MODELS[name]()
    model.level = level
    opinion = model.discriminator.layers[-1]
    opinion.kernel.assign(np.zeros(opinion.kernel.shape))
    model.compile(keras.optimizers.RMSprop(1e-3))
    before = {
        player: [ops.convert_to_numpy(v).copy() for v in layers[0].weights + model.optimizer.players[player].variables]
        for player, layers in model.phases()[0].over.items()
    }
    model.train_on_batch(*data_for(model, 16))
    for player, layers in model.phases()[0].over.items():
        after = [ops.convert_to_numpy(v) for v in layers[0].weights + model.optimizer.players[player].variables]
        same = [np.array_equal(old, new) for old, new in zip(before[player], after, strict=True)]
        assert all(same) == (player == sits_out)


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


def test_ifcvae_gan_losses_add_up_from_their_terms():
    model = MODELS["IFCVAEGAN"]()
    settle(model)
    for name, value in {"distortion": 0.5, "rate": 2.0, "label": 3.0, "information": 4.0, "realism": 5.0}.items():
        getattr(model, f"beta_{name}").assign(value)
    terms = _terms(model, data_for(model, 16))
    weighted = (
        0.5 * terms["distortion"]
        + 2 * terms["rate"]
        + 3 * terms["generated_label"]
        + 4 * terms["information"]
        + 5 * terms["realism"]
    )
    np.testing.assert_allclose(terms["loss"], weighted, rtol=1e-6)
    np.testing.assert_allclose(terms["information"], -terms["adversary"], rtol=1e-6)


@pytest.mark.parametrize("label_samples", [False, True])
def test_ifcvae_gan_label_samples_adds_prior_samples_to_the_term(monkeypatch, label_samples):
    model = MODELS["IFCVAEGAN"]()
    settle(model)
    model.label_samples = label_samples
    x, y = (ops.convert_to_tensor(part) for part in data_for(model, 16))
    images = [0.5 * x + 0.2, 1 - x]  # a reconstruction, a sample
    drawn = SimpleNamespace(mean=ops.stack(images), log_prob=lambda x: ops.zeros((2, 16)))
    monkeypatch.setattr(model, "observation", lambda *args, **options: drawn)
    term = model.loss_terms((x, y), training=False)["generated_label"]
    logits = [model.label_head(model.encoder(image)[1]) for image in images]
    losses = [-ops.convert_to_numpy(model.labels.log_prob(y, logit)).mean() for logit in logits]
    assert abs(losses[0] - losses[1]) > 1e-3
    expected = np.mean(losses) if label_samples else losses[0]
    np.testing.assert_allclose(ops.convert_to_numpy(term), expected, rtol=1e-5)


def _classifying_itself(fixed_classifier, momentum):
    keras.utils.set_random_seed(3)
    shape = (16, 16, 1)
    encoder = networks.creswell_encoder(shape, 4, width=3, normalization="batch", momentum=momentum)
    nets = (
        networks.mlp(encoder.output_shape[1][-1], 2),
        networks.mlp(4, shape),
        networks.mlp(2, 2),
        networks.mlp(shape, 1),
    )
    options = {"beta_label": 50.0, "label_samples": True, "fixed_classifier": fixed_classifier}
    return IFCVAEGAN(encoder, *nets, BinaryLabels(2), **options, seed=1)


def _images_with_labels():
    rng = np.random.default_rng(0)
    return rng.random((8, 16, 16, 1), "float32"), rng.integers(0, 2, (8, 2)).astype("float32")


def _gradients(model):
    model.compile("sgd")
    (phase,) = model.phases()
    data = model.unpack(_images_with_labels())
    _, gradients = model.gradients(lambda: phase(data, training=True), phase.variables())
    return [ops.convert_to_numpy(gradient) for gradient in gradients["loss"]]


def test_ifcvae_gan_fixed_classifier_gradient_equals_that_of_a_copy(monkeypatch):
    """The term equals that of a copy of the encoder; the gradient reaches the encoder only through the generated images."""
    model = _classifying_itself(True, momentum=1.0)  # whose batch statistics stay
    classifier = keras.models.clone_model(model.encoder)
    classifier.set_weights(model.encoder.get_weights())
    monkeypatch.setattr(model, "_generated_features", lambda x, training: classifier(x, training=False)[1])
    expected = _gradients(model)
    for gradient, of_another in zip(_gradients(_classifying_itself(True, momentum=1.0)), expected, strict=True):
        np.testing.assert_allclose(gradient, of_another, rtol=1e-4, atol=1e-4)
    published = _gradients(_classifying_itself(False, momentum=1.0))
    assert max(np.abs(a - b).max() for a, b in zip(published, expected, strict=True)) > 1


@pytest.mark.parametrize("fixed_classifier", [True, False])
def test_ifcvae_gan_fixed_classifier_keeps_the_batch_statistics_of_data(fixed_classifier):
    model, alone = (_classifying_itself(fixed_classifier, momentum=0.9) for _ in range(2))
    _gradients(model)
    alone.encoder(_images_with_labels()[0], training=True)
    pairs = zip(model.encoder.non_trainable_variables, alone.encoder.non_trainable_variables, strict=True)
    apart = max(np.abs(ops.convert_to_numpy(a) - ops.convert_to_numpy(b)).max() for a, b in pairs)
    assert bool(apart < 1e-6) is fixed_classifier


def test_ifcvae_gan_labels_change_the_image_and_not_the_code():
    model = MODELS["IFCVAEGAN, classes"]()
    settle(model)
    x, y = data_for(model, 5)
    np.testing.assert_array_equal(model.encode(x, y), model.encode(x, (y + 1) % 3))
    assert np.abs(model.reconstruct(x, y) - model.transfer(x, y, (y + 1) % 3)).max() > 1e-3
    np.testing.assert_allclose(model.transfer(x, y, y), model.reconstruct(x, y), rtol=1e-6)


def test_csvae_adversary_turns_keep_the_encoder_batch_statistics():
    labels = BinaryLabels(1)

    def csvae(turns):
        keras.utils.set_random_seed(3)
        return CSVAE(
            encoder=networks.larsen_encoder(SHAPE, 4, width=3),
            label_encoder=networks.mlp(SHAPE, 2, label_units=1),
            label_prior=networks.mlp(1, 2),
            decoder=networks.mlp(3, SHAPE),
            adversary=networks.mlp(2, 1),
            labels=labels,
            adversary_turns=turns,
        )

    data = data_for(csvae(1), 8)
    moved = []
    for turns in (1, 3):
        model = csvae(turns)
        before = [ops.convert_to_numpy(v).copy() for v in model.encoder.non_trainable_variables]
        model.compile(keras.optimizers.SGD(0.0))
        model.train_on_batch(*data)
        after = [ops.convert_to_numpy(v) for v in model.encoder.non_trainable_variables]
        moved.append([(a - b) for a, b in zip(after, before, strict=True) if a.dtype.kind == "f"])
    assert any(np.abs(change).max() > 0 for change in moved[0]), "one step moves them"
    for one, three in zip(*moved, strict=True):
        np.testing.assert_allclose(one, three, atol=1e-6)
