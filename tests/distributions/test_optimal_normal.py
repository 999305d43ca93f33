"""The σ-VAE's likelihood: the optimal σ in training, and the mean of it elsewhere."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import optimize, stats

from kvae.distributions import Normal, OptimalNormal
from kvae.distributions.likelihoods import OptimalNormalLikelihood
from kvae.models import IWAE, VAE
from kvae.networks import mlp


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def data(seed=0, scale=0.3):
    rng = np.random.default_rng(seed)
    loc = rng.normal(size=(6, 4, 4, 3))
    return (loc + scale * rng.normal(size=loc.shape)).astype("float32"), loc.astype("float32")


def test_optimal_normal_has_the_scale_of_a_numerical_optimum(double):
    x, loc = (array.astype("float64") for array in data())
    found = []
    log_p = numpy(OptimalNormal(loc, 0.0, found.append, event=3).log_prob(x))
    best = optimize.minimize_scalar(lambda s: -stats.norm.logpdf(x, loc, np.exp(s)).sum(), options={"xtol": 1e-10})
    assert log_p.sum() == pytest.approx(-best.fun, rel=1e-12)
    assert 0.5 * np.log(float(numpy(found[0]))) == pytest.approx(best.x, abs=1e-6)


def test_optimal_normal_of_several_samples_shares_one_scale():
    x, loc = data()
    locs = np.stack([loc, loc + 0.5, loc - 1.0])  # (K, B, H, W, C)
    found = []
    log_p = OptimalNormal(locs, 0.0, found.append, event=3).log_prob(x)
    assert numpy(log_p).shape == (3, 6)
    assert float(numpy(found[0])) == pytest.approx(np.mean((x - locs) ** 2), rel=1e-5)


def test_optimal_normal_gradient_equals_that_through_the_scale(gradients):
    """max_σ log p(x) = −N/2 (log 2πσ² + 1), with σ² = mean (x − loc)²: its gradient is (x − loc) / σ²."""
    x, loc = data()
    (slope,) = gradients(lambda loc: OptimalNormal(loc, 0.0, lambda _: None, event=3).log_prob(x), loc)
    np.testing.assert_allclose(slope, (x - loc) / np.mean((x - loc) ** 2), rtol=1e-4)


def test_optimal_normal_of_a_perfect_reconstruction_is_finite(gradients):
    x, _ = data()
    found = []
    log_p = numpy(OptimalNormal(x, 0.0, found.append, event=3).log_prob(x))
    np.testing.assert_allclose(log_p, 48 * (7 - 0.5 * np.log(2 * np.pi)), rtol=1e-5)
    (slope,) = gradients(lambda loc: OptimalNormal(loc, 0.0, lambda _: None, event=3).log_prob(x), x)
    assert not slope.any()


def test_optimal_normal_likelihood_keeps_the_mean_of_the_batches_then_a_moving_average():
    likelihood = OptimalNormalLikelihood(momentum=0.75)
    variances = []
    for seed in range(6):
        x, loc = data(seed, scale=0.1 * (seed + 1))
        likelihood(ops.convert_to_tensor(loc), training=True).log_prob(x)
        variances.append(np.mean((x - loc) ** 2))
    expected = np.mean(variances[:4])
    for variance in variances[4:]:
        expected = 0.75 * expected + 0.25 * variance
    assert float(numpy(likelihood.variance)) == pytest.approx(expected, rel=1e-5)
    px = likelihood(ops.convert_to_tensor(loc))
    assert type(px) is Normal
    np.testing.assert_allclose(numpy(px.stddev), np.sqrt(expected), rtol=1e-5)


def test_optimal_normal_likelihood_outside_of_training_does_not_change():
    likelihood = OptimalNormalLikelihood()
    x, loc = data()
    found = likelihood(ops.convert_to_tensor(loc)).log_prob(x)
    np.testing.assert_allclose(numpy(found), stats.norm.logpdf(x, loc).sum(axis=(1, 2, 3)), rtol=1e-5)
    assert float(numpy(likelihood.variance)) == 1.0


@pytest.mark.parametrize("cls", [VAE, IWAE])
def test_optimal_normal_model_trains_and_is_saved_with_its_scale(cls, tmp_path):
    x = np.random.default_rng(0).normal(0.5, 0.1, (64, 8, 8, 1)).astype("float32")
    model = cls(mlp((8, 8, 1), 4, (8,)), mlp(2, (8, 8, 1), (8,)), likelihood="optimal_normal", seed=0)
    model.compile(keras.optimizers.Adam(0.01))
    history = model.fit(x, batch_size=16, epochs=60, validation_data=(x, None), verbose=0).history
    assert history["distortion"][-1] < history["distortion"][0] - 40
    variance = float(numpy(model.likelihood.variance))
    assert variance == pytest.approx(np.mean((x - model.reconstruct(x)) ** 2), rel=0.2)
    assert history["val_distortion"][-1] == pytest.approx(history["distortion"][-1], abs=5)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert float(numpy(loaded.likelihood.variance)) == variance
    assert int(numpy(loaded.likelihood.batches)) == 240
