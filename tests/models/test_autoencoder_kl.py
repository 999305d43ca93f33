"""AutoencoderKL: terms computed by hand, the late and the adaptive adversary, and the scaling factor."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.errors import UserError
from kvae.models import AutoencoderKL
from kvae.networks import mlp
from tests.contracts.models import MODELS, SHAPE, batch, settle


def _arrays(variables):
    return [ops.convert_to_numpy(variable).copy() for variable in variables]


def _changed(before, variables):
    return [not np.array_equal(old, new) for old, new in zip(before, _arrays(variables), strict=True)]


def _terms(model, x):
    model.compile("sgd")
    found = model.phases()[0](ops.convert_to_tensor(x), training=False)
    return {name: float(ops.convert_to_numpy(value)) for name, value in found.items()}


def test_autoencoder_kl_loss_is_the_weighted_sum_of_its_terms():
    model = settle(MODELS["AutoencoderKL"]())
    model.beta_features.assign(2.0)
    terms = _terms(model, batch())
    expected = terms["distortion"] + 0.1 * terms["rate"] + 2 * terms["features"] + 0.1 * terms["adversary"]
    assert terms["loss"] == pytest.approx(expected, rel=1e-5)
    assert terms["adversary_active"] == 1


def test_autoencoder_kl_adversary_begins_in_the_given_round():
    model = MODELS["AutoencoderKL"]()
    model.start = 5
    model.compile(keras.optimizers.Adam(1e-2))
    active, trained = [], []
    for _ in range(7):
        before = _arrays(model.discriminator.variables)
        model.reset_metrics()
        logs = model.train_on_batch(batch(), return_dict=True)
        active.append(float(logs["adversary_active"]))
        trained.append(any(_changed(before, model.discriminator.variables)))
        assert (float(logs["adversary"]) == 0) is (not active[-1])
    assert active == [0, 0, 0, 0, 0, 1, 1]
    assert trained == [bool(each) for each in active]
    assert int(model.optimizer.players["discriminator"].iterations) == 2


def test_autoencoder_kl_adaptive_step_adds_the_balanced_gradient(monkeypatch):
    """With SGD of rate 1 the decoder moves by the sum of the gradients of both of its players."""
    monkeypatch.setattr(keras.random, "normal", lambda shape, **options: ops.zeros(shape))
    model = settle(MODELS["AutoencoderKL, adaptive"]())
    model.compile(keras.optimizers.SGD(1e-3))
    (phase,) = model.phases()
    variables = phase.variables()
    _, gradients = model.gradients(lambda: phase(ops.convert_to_tensor(batch()), training=True), variables)
    balanced = {name: _arrays(group) for name, group in phase.balance.of(gradients, variables).items()}
    before = _arrays(variables["loss"])
    model.train_on_batch(batch())
    for old, new, one, other in zip(
        before, _arrays(variables["loss"]), balanced["loss"], balanced["adversary"], strict=True
    ):
        np.testing.assert_allclose(new - old, -1e-3 * (one + other), rtol=1e-3, atol=1e-6)


def test_autoencoder_kl_scaling_factor_is_that_of_recent_codes(tmp_path):
    model = settle(MODELS["AutoencoderKL"]())
    model.compile(keras.optimizers.SGD(0.0))
    assert model.scaling_factor == 1
    for _ in range(700):
        model._measure(ops.convert_to_tensor(model.encode(batch())))
    expected = 1 / model.encode(batch()).std()
    assert model.scaling_factor == pytest.approx(expected, rel=1e-2)
    model.save(tmp_path / "model.keras")
    assert keras.saving.load_model(tmp_path / "model.keras").scaling_factor == model.scaling_factor


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"features": mlp((4, 4, 1), 3)}, "Expected features of images"),
        ({"discriminator": mlp((8, 8, 2), 1)}, "Expected discriminator of images"),
        ({"adaptive": True}, "a discriminator for an adaptive weight"),
        ({"start": -1}, "start=-1"),
    ],
    ids=["features", "discriminator", "adaptive", "start"],
)
def test_autoencoder_kl_with_unsuitable_arguments_raises(options, message):
    with pytest.raises(UserError, match=message):
        AutoencoderKL(mlp(SHAPE, 4), mlp(2, SHAPE), **options)
