"""The importance-weighted bound, compared with an exact evidence, and its two gradient estimators."""

import itertools

import keras
import numpy as np
import pytest
from keras import ops

from kvae.errors import UserError
from kvae.models import IWAE
from kvae.networks import mlp
from kvae.objectives import log_mean_weight
from tests.contracts.models import LATENT, MODELS, batch
from tests.models.linear_gaussian import linear_gaussian


def _bound(model, x, samples, repeats):
    values = [
        ops.convert_to_numpy(log_mean_weight(model.log_weights(x, seed=model.seed_generator, samples=samples))).mean()
        for _ in range(repeats)
    ]
    return np.mean(values), np.std(values) / np.sqrt(repeats)


def test_iwae_bounds_rise_with_samples_to_the_evidence(rng):
    model, x, evidence = linear_gaussian(IWAE, rng, seed=0)
    x = ops.convert_to_tensor(x)
    bounds = [_bound(model, x, samples, max(4, 400 // samples)) for samples in (1, 5, 50, 2000)]
    means, errors = zip(*bounds, strict=True)
    for (low, a), (high, b) in itertools.pairwise(bounds):
        assert low < high + 3 * np.hypot(a, b)
    assert means[0] < means[1] - 5 * errors[0]
    assert means[-1] == pytest.approx(evidence.mean(), abs=0.02)


def test_iwae_with_one_sample_is_the_elbo():
    log_w = ops.convert_to_tensor(np.array([[-3.0, 2.0]], "float32"))
    np.testing.assert_allclose(ops.convert_to_numpy(log_mean_weight(log_w)), [-3.0, 2.0])


def _gradients(model, x, repeats):
    """Return the mean gradients over `repeats` draws, and the spread of the encoder's."""
    phase = model.phases()[0]
    draws = []
    for _ in range(repeats):
        _, found = model.gradients(lambda: phase(x, training=True), phase.variables())
        by_id = {
            id(v): ops.convert_to_numpy(g)
            for player, group in phase.variables().items()
            for v, g in zip(group, found[player], strict=True)
        }
        draws.append([by_id[id(v)].ravel() for v in (*model.encoder.weights, *model.decoder.weights)])
    flat = np.array([np.concatenate(d) for d in draws])
    return flat.mean(axis=0), flat.std(axis=0) / np.sqrt(repeats), flat.std(axis=0)


def test_iwae_doubly_reparameterized_gradient_agrees_with_less_variance(rng):
    """Tucker et al. 2019: another estimator of the same gradient, with less variance in the inference network."""
    plain, x, _ = linear_gaussian(IWAE, np.random.default_rng(0), samples=8, seed=1)
    other, _, _ = linear_gaussian(IWAE, np.random.default_rng(0), samples=8, seed=2, doubly_reparameterized=True)
    for model in (plain, other):
        model.compile("sgd")
    x = ops.convert_to_tensor(x[:50])
    (a, a_error, a_spread), (b, b_error, b_spread) = (_gradients(model, x, 60) for model in (plain, other))
    assert (np.abs(a - b) < 5 * np.hypot(a_error, b_error) + 1e-6).all()
    inference = sum(int(np.prod(v.shape)) for v in plain.encoder.weights)
    assert b_spread[:inference].mean() < 0.8 * a_spread[:inference].mean()


def test_importance_bound_gradient_is_the_normalised_weight():
    """d L_K / d log w_k is the normalised weight of sample k: largest where log w is largest."""
    log_w = np.array([[0.0], [2.0], [-1.0]], "float32")
    step = 1e-2
    slopes = []
    for k in range(3):
        up, down = log_w.copy(), log_w.copy()
        up[k] += step
        down[k] -= step
        high, low = (float(ops.convert_to_numpy(log_mean_weight(ops.convert_to_tensor(v)))[0]) for v in (up, down))
        slopes.append((high - low) / (2 * step))
    weights = np.exp(log_w[:, 0]) / np.exp(log_w).sum()
    np.testing.assert_allclose(slopes, weights, rtol=1e-2)


def test_iwae_with_two_layers_trains_and_samples():
    model = MODELS["IWAE, two layers"]()
    model.compile(keras.optimizers.Adam(1e-2))
    loss = model.fit(batch(32), batch_size=16, epochs=15, verbose=0).history["loss"]
    assert loss[-1] < loss[0]
    assert model.sample(3, seed=0).shape == (3, 8, 8, 1)
    assert model.encode(batch(2)).shape == (2, LATENT)


def test_iwae_with_incompatible_arguments_is_refused():
    nets = mlp(4, 4), mlp(2, 4)
    with pytest.raises(UserError, match="both upper networks, or neither"):
        IWAE(*nets, upper_encoder=mlp(2, 2))
    with pytest.raises(UserError, match="at least one sample"):
        IWAE(*nets, samples=0)
    with pytest.raises(UserError, match="one layer of latent units"):
        IWAE(*nets, upper_encoder=mlp(2, 2), upper_decoder=mlp(1, 4), doubly_reparameterized=True)
