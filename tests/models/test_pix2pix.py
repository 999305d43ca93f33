"""pix2pix: terms computed by hand, targets as bytes, and translations with dropout."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.errors import UserError
from kvae.models import Pix2Pix
from kvae.networks import mlp, patch_discriminator, unet
from tests.contracts.models import MODELS, SHAPE, data_for, settle


def _terms(model, data):
    model.compile("sgd")
    return {k: float(ops.convert_to_numpy(v)) for k, v in model.phases()[0](model.unpack(data), training=False).items()}


def test_pix2pix_losses_are_those_of_the_paper():
    model = settle(MODELS["Pix2Pix"]())
    x, y = data_for(model)
    y_hat = model.translate(x)
    real, fake = (
        ops.convert_to_numpy(model.discriminator(np.concatenate([x, image], axis=-1))) for image in (y, y_hat)
    )
    error, adversarial = np.abs(y - y_hat).mean(), np.log1p(np.exp(-fake)).mean()
    terms = _terms(model, (x, y))
    assert terms["error"] == pytest.approx(error, rel=1e-5)
    assert terms["adversarial"] == pytest.approx(adversarial, rel=1e-5)
    assert terms["generator"] == pytest.approx(200 * error + adversarial, rel=1e-5)
    discriminator = (np.log1p(np.exp(-real)).mean() + np.log1p(np.exp(fake)).mean()) / 2
    assert terms["discriminator"] == pytest.approx(discriminator, rel=1e-5)


def test_pix2pix_with_targets_of_bytes_equals_that_with_floats():
    x, _ = data_for(MODELS["Pix2Pix"]())
    y = np.random.default_rng(0).integers(0, 256, x.shape, "uint8")
    of_bytes, of_floats = (
        _terms(settle(MODELS["Pix2Pix"]()), (x, target)) for target in (y, y.astype("float32") / 255)
    )
    assert of_bytes == pytest.approx(of_floats, rel=1e-6)
    model = MODELS["Pix2Pix"]()
    model.compile("adam")
    model.fit(x, y, verbose=0)


def test_pix2pix_fits_an_affine_translation():
    """The inverse of an image, which the generator alone can learn from the absolute error."""
    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).random((64, *SHAPE)).astype("float32")
    model = Pix2Pix(mlp(SHAPE, SHAPE))
    model.compile(keras.optimizers.Adam(1e-2))
    model.fit(x, 1 - x, epochs=60, verbose=0)
    assert np.abs(model.translate(x) - (1 - x)).mean() < 0.25 * np.abs(x - (1 - x)).mean()


def test_pix2pix_random_translations_differ_by_dropout_and_repeat_by_seed(rng):
    model = Pix2Pix(unet((16, 16, 1), 1, width=4), patch_discriminator((16, 16, 2), width=2, stages=1))
    for weight in model.generator.trainable_variables:
        weight.assign(rng.normal(0, 0.3, weight.shape))
    x = rng.random((3, 16, 16, 1)).astype("float32")
    first, again, other = (model.translate(x, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3
    np.testing.assert_array_equal(model.translate(x), model.translate(x))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda model, x, y: model.fit(x), "Expected labels"),
        (lambda model, x, y: model.fit(x, 2 * y), r"y in \[0, 1\]"),
        (lambda model, x, y: model.fit(x, y[:, 1:]), r"y of shape \(N, 8, 8, 1\)"),
        (lambda model, x, y: model.translate(x[..., :0]), r"x of shape \(N, 8, 8, 1\)"),
        (lambda model, x, y: Pix2Pix(model.generator, mlp(SHAPE, 1)), r"pairs of shape \(8, 8, 2\)"),
        (lambda model, x, y: Pix2Pix(mlp(SHAPE, (4, 4, 1))), "with the sides of their images"),
        (lambda model, x, y: Pix2Pix(model.generator, adversary="wasserstein"), "Expected an adversary"),
    ],
    ids=["no target", "range", "shape", "x", "discriminator", "sides", "adversary"],
)
def test_pix2pix_with_unsuitable_data_or_networks_raises(call, message):
    model = MODELS["Pix2Pix"]()
    model.compile("adam")
    with pytest.raises(UserError, match=message):
        call(model, *data_for(model))
