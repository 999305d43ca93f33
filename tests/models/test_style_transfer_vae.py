"""StyleTransferVAE: shifted codes, the refiner, and images that are not square."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.distributions.likelihoods import NormalLikelihood
from kvae.errors import UserError
from kvae.models import StyleTransferVAE
from kvae.networks import conv_decoder, conv_encoder, residual_generator
from tests.contracts.models import MODELS, SHAPE, batch, settle


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
