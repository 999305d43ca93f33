"""IFCVAE-GAN: loss terms computed by hand, the fixed classifier, and the effect of labels."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import ops

from kvae import networks
from kvae.distributions import BinaryLabels
from kvae.models import IFCVAEGAN
from tests.contracts.models import MODELS, data_for, settle


def _terms(model, data):
    model.compile("sgd")
    return {k: float(ops.convert_to_numpy(v)) for k, v in model.phases()[0](model.unpack(data), training=False).items()}


def test_ifcvae_gan_losses_are_weighted_sums_of_their_terms():
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


def _small_ifcvae_gan(fixed_classifier, momentum):
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
    """The gradient reaches the encoder only through the generated images, as if a copy of the encoder classified them."""
    model = _small_ifcvae_gan(True, momentum=1.0)  # momentum 1 keeps the batch statistics
    classifier = keras.models.clone_model(model.encoder)
    classifier.set_weights(model.encoder.get_weights())
    monkeypatch.setattr(model, "_generated_features", lambda x, training: classifier(x, training=False)[1])
    expected = _gradients(model)
    for gradient, of_a_copy in zip(_gradients(_small_ifcvae_gan(True, momentum=1.0)), expected, strict=True):
        np.testing.assert_allclose(gradient, of_a_copy, rtol=1e-4, atol=1e-4)
    published = _gradients(_small_ifcvae_gan(False, momentum=1.0))
    assert max(np.abs(a - b).max() for a, b in zip(published, expected, strict=True)) > 1


@pytest.mark.parametrize("fixed_classifier", [True, False])
def test_ifcvae_gan_fixed_classifier_keeps_the_batch_statistics_of_data(fixed_classifier):
    model, alone = (_small_ifcvae_gan(fixed_classifier, momentum=0.9) for _ in range(2))
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
