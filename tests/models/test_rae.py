"""Regularized autoencoders: terms of the loss computed by hand."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.errors import UserError
from kvae.models import RAE
from kvae.networks import mlp
from tests.contracts.models import MODELS, data_for, settle


def _terms(model, x):
    model.compile("sgd")
    return {k: float(ops.convert_to_numpy(v)) for k, v in model.loss_terms(ops.convert_to_tensor(x), False).items()}


@pytest.mark.parametrize("name", ["RAE", "RAE, gradient penalty"])
def test_rae_loss_is_the_weighted_sum_of_its_terms(name):
    model = settle(MODELS[name]())
    (x,) = data_for(model, 16)
    model.beta.assign(0.3)
    model.regularization.assign(0.7)
    terms = _terms(model, x)
    np.testing.assert_allclose(terms["code_norm"], 0.5 * np.square(model.encode(x)).sum(axis=1).mean(), rtol=1e-5)
    weighted = terms["distortion"] + 0.3 * terms["code_norm"] + 0.7 * terms["penalty"]
    np.testing.assert_allclose(terms["loss"], weighted, rtol=1e-6)


def test_rae_l2_penalty_sums_the_squares_of_the_weights_of_the_decoder():
    model = settle(MODELS["RAE"]())
    expected = sum(np.square(weight).sum() for weight in model.decoder.get_weights())
    np.testing.assert_allclose(_terms(model, data_for(model)[0])["penalty"], expected, rtol=1e-5)


def test_rae_gradient_penalty_of_a_linear_decoder_is_its_squared_frobenius_norm():
    """The estimate |Wᵀv|² of |W|² has the variance 2 |W Wᵀ|²."""
    n = 4000
    model = settle(RAE(mlp(6, 3), mlp(3, 6), regularizer="gp", seed=0))
    w = model.decoder.get_weights()[0]  # (3, 6)
    found = _terms(model, np.random.default_rng(0).random((n, 6)).astype("float32"))["penalty"]
    error = np.sqrt(2 * np.square(w @ w.T).sum() / n)
    assert abs(found - np.square(w).sum()) < 4 * error


def test_rae_gradient_penalty_draws_another_projection_in_each_step():
    model = settle(MODELS["RAE, gradient penalty"]())
    (x,) = data_for(model)
    model.compile(keras.optimizers.SGD(0.0))
    first, second = (model.train_on_batch(x, return_dict=True)["penalty"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"regularizer": "spectral"}, "one of l2, gp"),
        ({"beta": -1.0}, "beta=-1.0"),
        ({"regularization": float("nan")}, "regularization=nan"),
    ],
)
def test_rae_with_invalid_arguments_raises(options, message):
    with pytest.raises(UserError, match=message):
        RAE(mlp(6, 3), mlp(3, 6), **options)


def test_rae_has_no_prior_to_sample_from():
    with pytest.raises(UserError, match="a model with a prior"):
        MODELS["RAE"]().sample(3)
