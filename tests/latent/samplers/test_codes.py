"""Codes of models, and samples of models with samplers."""

import numpy as np
import pytest
from keras import ops

from kvae.errors import UserError
from kvae.latent.samplers import draw_codes, fit, is_exclusive
from kvae.training import Batches
from tests.contracts.models import MODELS, data_for, settle

WITH_CODES = ("Autoencoder", "VAE", "IWAE, two layers", "VAE, flow", "VAE, spatial code")
WITH_LABELS = ("CondVAE", "CSVAE", "MultiEncoder")


@pytest.mark.parametrize("name", WITH_CODES + WITH_LABELS)
def test_model_with_a_sampler_decodes_its_codes(name):
    model = settle(MODELS[name]())
    x, *y = data_for(model, 60)
    codes, features = draw_codes(model, Batches(x, *y, batch_size=20, scale=1.0, seed=0))
    assert codes.shape == (60, *model.latent_shape)
    assert (features is None) == (not y)
    sampler = fit("mixture", codes, features, exclusive=is_exclusive(model))
    labels = [model.labels.cycle(5)] if y else []
    x_hat = model.sample(5, *labels, seed=2**32 - 1, sampler=sampler)
    z = model.sample_codes(5, 2**32 - 1, 1.0, *labels, sampler=sampler)
    np.testing.assert_allclose(x_hat, model.decode(z, *labels), atol=1e-6)
    assert model.sample(2, *(part[:2] for part in labels), sampler=sampler).shape == (2, *model.data_shape)


def test_draw_codes_draws_from_the_posterior_and_not_its_mean():
    model = settle(MODELS["VAE"]())
    (x,) = data_for(model, 50)
    batches = Batches(x, batch_size=20, scale=1.0)
    codes, _ = draw_codes(model, batches, seed=1)
    mean, deviation = model.posterior_parameters(x)
    assert 0.7 < ((codes - mean) / deviation).std() < 1.3
    np.testing.assert_array_equal(draw_codes(model, batches, seed=1)[0], codes)
    assert not np.array_equal(draw_codes(model, batches, seed=2)[0], codes)


def test_draw_codes_counts_equal_examples_once_and_stops_at_the_largest_number():
    model = MODELS["Autoencoder"]()
    (x,) = data_for(model, 30)
    repeated = Batches(np.concatenate([x, x, x[:5]]), batch_size=8, scale=1.0, seed=0)
    codes, _ = draw_codes(model, repeated)
    assert len(codes) == len(np.unique(codes, axis=0)) == 30
    assert len(draw_codes(model, repeated, most=12)[0]) == 12


def test_sample_with_a_sampler_of_another_model_is_refused():
    sampler = fit("normal", np.random.default_rng(0).standard_normal((50, 2)))
    with pytest.raises(UserError, match=r"latent codes \(3,\) with 0 encoded labels"):
        MODELS["VAE"]().sample(4, sampler=sampler)
    with pytest.raises(UserError, match="Expected a Sampler"):
        MODELS["VAE"]().sample(4, sampler="mixture")


def test_sampler_draws_the_codes_of_a_model_without_units():
    sampler = fit("normal", np.random.default_rng(0).standard_normal((50, 3)))
    codes = MODELS["VAE"]().sample_codes(4, 5, 1.0, sampler=sampler)
    np.testing.assert_array_equal(codes, sampler.sample(4, seed=5))


@pytest.mark.parametrize("name", ["CSVAE", "CSVAE, classes"])
def test_sampler_of_a_csvae_draws_w_in_units_of_its_prior(name):
    model = settle(MODELS[name]())
    x, y = data_for(model, 200)
    codes, features = draw_codes(model, Batches(x, y, batch_size=50, scale=1.0))
    w = slice(model.units_z, None)
    qz, pw = model.posterior(*map(ops.convert_to_tensor, (x, y))), model.prior_w(ops.convert_to_tensor(y))
    mean, deviation, location, scale = map(ops.convert_to_numpy, (qz.mean, qz.stddev, pw.mean, pw.stddev))
    noise = (location + scale * codes[:, w] - mean[:, w]) / deviation[:, w]
    assert 0.8 < noise.std() < 1.2
    sampler = fit("normal", codes, features, exclusive=is_exclusive(model))
    drawn, in_units = model.sample_codes(200, 3, 1.0, y, sampler=sampler), sampler.sample(200, features, seed=3)
    np.testing.assert_allclose(drawn[:, w], location + scale * in_units[:, w], rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(drawn[:, : model.units_z], in_units[:, : model.units_z])
