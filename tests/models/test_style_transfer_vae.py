"""StyleTransferVAE: shifted codes, mean codes of domains, the refiner, and images that are not square."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.distributions.likelihoods import NormalLikelihood
from kvae.errors import UserError
from kvae.models import StyleTransferVAE, style_transfer_vae
from kvae.networks import conv_decoder, conv_encoder, residual_generator
from kvae.training import Batches
from tests.contracts.models import MODELS, SHAPE, batch, settle
from tests.contracts.parts import dense


def _restyled(model, **amounts):
    return model.restyle(batch(3), batch(5, seed=1), batch(7, seed=2), **amounts)


def test_restyle_shifts_codes_by_the_difference_of_two_means():
    refined = settle(MODELS["StyleTransferVAE"]())
    model = StyleTransferVAE(refined.encoder, refined.decoder)
    source, target = (model.encode(batch(n, seed)).mean(axis=0) for n, seed in ((5, 1), (7, 2)))
    expected = model.decode(model.encode(batch(3)) - 0.25 * source + 0.75 * target)
    np.testing.assert_allclose(_restyled(model, source_amount=0.25, target_amount=0.75), expected, atol=1e-5)
    nothing = _restyled(model, source_amount=0.0, target_amount=0.0)
    np.testing.assert_allclose(nothing, model.reconstruct(batch(3)), atol=1e-5)


def test_restyle_with_a_refiner_returns_refined_images():
    model = settle(MODELS["StyleTransferVAE"]())
    plain = StyleTransferVAE(model.encoder, model.decoder)
    expected = model.refine(np.clip(_restyled(plain), 0, 1))
    np.testing.assert_allclose(_restyled(model), expected, atol=1e-6)
    with pytest.raises(UserError, match="Expected a model with a refiner"):
        plain.refine(batch())


def test_refiner_loss_attracts_to_the_image_and_repels_from_the_reconstruction(monkeypatch):
    monkeypatch.setattr(keras.random, "normal", lambda shape, **options: ops.zeros(shape))
    model = settle(MODELS["StyleTransferVAE"]())
    model.compile("sgd")
    found = model.phases()[0](ops.convert_to_tensor(batch()), training=False)
    x_hat = model.reconstruct(batch())
    refined = ops.convert_to_numpy(model.refiner(x_hat))
    error, distance = (np.square(refined - other).sum(axis=(1, 2, 3)) for other in (batch(), x_hat))
    expected = 0.6 * error.mean() + 1.0 * (1 / distance).mean()
    assert float(ops.convert_to_numpy(found["refiner"])) == pytest.approx(expected, rel=1e-5)


def test_style_transfer_vae_of_wide_images_takes_a_training_step():
    shape = (180, 320, 3)
    networks = conv_encoder(shape, 8, 1, normalization="none"), conv_decoder(4, shape, 1, normalization="none")
    model = StyleTransferVAE(*networks, likelihood=NormalLikelihood(0.5**0.5))
    model.compile("adam")
    x = np.random.default_rng(0).random((2, *shape)).astype("float32")
    assert np.isfinite(float(model.train_on_batch(x, return_dict=True)["loss"]))
    assert residual_generator(shape, width=1, blocks=1).output_shape == (None, *shape)
    assert conv_decoder(4, (90, 160, 3), width=1).output_shape == (None, 90, 160, 3)


def test_refiner_begins_in_the_given_round():
    model = MODELS["StyleTransferVAE"]()
    model.start = 1
    model.compile(keras.optimizers.Adam(1e-2))
    before = [ops.convert_to_numpy(weight).copy() for weight in model.refiner.variables]
    model.train_on_batch(batch())
    for old, weight in zip(before, model.refiner.variables, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(weight), old)
    model.train_on_batch(batch())
    assert any(
        (ops.convert_to_numpy(weight) != old).any() for old, weight in zip(before, model.refiner.variables, strict=True)
    )
    assert model.data_shape == SHAPE


def _measured(count=12):
    """Return a model with the mean codes of images, and these images with their domains."""
    model, x, y = settle(MODELS["StyleTransferVAE"]()), batch(count, seed=4), np.arange(count) % 3 % 2
    model.measure(Batches(x, labels=y))
    return model, x, y


def _styled(model, z):
    """Return images of latent codes, after the refiner."""
    return model.refine(np.clip(model.decode(z), 0, 1))


@pytest.mark.parametrize(("domain", "sign"), [(0, 1), (1, -1)])
def test_translate_shifts_codes_from_the_mean_of_one_domain_to_that_of_the_other(domain, sign):
    model, x, y = _measured()
    shift = sign * (model.encode(x[y == 1]).mean(axis=0) - model.encode(x[y == 0]).mean(axis=0))
    for strength in (0.0, 0.5, 1.0):
        expected = _styled(model, model.encode(batch(3)) + strength * shift)
        found = model.translate(batch(3), domain, strength)
        np.testing.assert_allclose(found, expected, atol=1e-5)
        back = _styled(model, model.encode(expected) - strength * shift)
        np.testing.assert_allclose(model.translate_back(batch(3), domain, strength), back, atol=1e-5)


def test_translation_before_the_refiner_becomes_the_translation_after_it():
    model = _measured()[0]
    decoded = model.translate(batch(3), 0, 0.5, refined=False)
    np.testing.assert_allclose(model.refine(decoded), model.translate(batch(3), 0, 0.5), atol=1e-5)
    assert np.abs(decoded - model.translate(batch(3), 0, 0.5)).max() > 1e-3


def test_translate_takes_a_domain_for_each_image():
    model = _measured()[0]
    expected = [model.translate(batch(2)[i : i + 1], i)[0] for i in range(2)]
    np.testing.assert_allclose(model.translate(batch(2), [0, 1]), expected, atol=1e-6)


def test_measured_translation_equals_restyle_with_the_same_sets():
    model, x, y = _measured()
    expected = model.restyle(batch(3), x[y == 0], x[y == 1])
    np.testing.assert_allclose(model.translate(batch(3), 0), expected, atol=1e-5)


def test_translate_without_measured_means_is_refused():
    model = StyleTransferVAE(*dense())
    with pytest.raises(UserError, match=r"Expected mean codes of A and B.*Call measure\(Batches"):
        model.translate(batch(2), 0)
    with pytest.raises(UserError, match="Expected data of two classes, A and B"):
        model.measure(Batches(batch(2), labels=np.ones(2, int)))
    with pytest.raises(UserError, match="Received: strength=-1"):
        _measured()[0].translate(batch(2), 0, strength=-1)
    with pytest.raises(UserError, match="Expected the names of two domains"):
        StyleTransferVAE(*dense(), domains=("A",))


def test_measure_averages_codes_of_images_that_are_spread_over_each_domain(monkeypatch):
    monkeypatch.setattr(style_transfer_vae, "MEASURED", 3)
    monkeypatch.setattr(style_transfer_vae, "LOADED", 2)
    model = settle(MODELS["StyleTransferVAE"]())
    x = np.random.default_rng(1).integers(0, 256, (12, *SHAPE), "uint8")
    model.measure(Batches(x, labels=np.repeat([0, 1, -1], [7, 2, 3])))
    for domain, rows in enumerate(([0, 3, 6], [7, 8])):
        expected = model.encode(x[rows] / np.float32(255)).mean(axis=0)
        np.testing.assert_allclose(ops.convert_to_numpy(model.means)[domain], expected, atol=1e-6)


@pytest.mark.parametrize("labels", [None, np.zeros(6, "int32"), np.arange(6) % 3, np.ones((6, 2), "uint8")])
def test_measure_of_data_without_two_classes_is_refused(labels):
    with pytest.raises(UserError, match="Expected data of two classes, A and B"):
        MODELS["StyleTransferVAE"]().measure(Batches(batch(6), labels=labels))
