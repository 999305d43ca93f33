"""The weight of the rate, converted from losses that are averages."""

import numpy as np
import pytest
from keras import ops

from kvae.distributions import likelihoods
from kvae.recipes.beta import beta_of


def test_beta_of_sums_is_the_weight():
    assert beta_of(0.7) == 0.7


@pytest.mark.parametrize(
    ("name", "error", "error_scale"),
    [
        ("normal", lambda x, h: np.square(x - h), 2),
        ("laplace", lambda x, h: np.abs(x - h), 1),
        ("bernoulli", lambda x, h: np.log1p(np.exp(h)) - x * h, 1),
    ],
)
def test_beta_of_averages_gives_the_loss_of_the_source_up_to_a_factor_and_a_constant(rng, name, error, error_scale):
    """Source: the mean error over values + 0.3 · the mean KL over units, both as means over the batch."""
    values, units, weight = 12, 5, 0.3
    px, beta = likelihoods.get(name), beta_of(weight, values=values, units=units, error_scale=error_scale)
    source, ours = [], []
    for _ in range(3):
        x, h = rng.random((4, values)).astype("float32"), rng.normal(size=(4, values)).astype("float32")
        kl = rng.random((4, units))
        source.append(error(x, h).mean() + weight * kl.mean())
        distortion = -ops.convert_to_numpy(px(ops.convert_to_tensor(h)).log_prob(x)).mean()
        ours.append(distortion + beta * kl.sum(axis=1).mean())
    assert np.diff(ours) == pytest.approx(np.diff(source) * values / error_scale, rel=1e-4)


def test_beta_of_the_recipes_is_that_of_their_sources():
    from kvae import zoo

    expected = {
        "stl10/residual_vae": 0.01 * (64 * 64 * 3) / 256,
        "cifar10/residual_vae": 0.01 * (32 * 32 * 3) / 128,
        "mnist/conv_vae": 784 / 2,
        "mnist/dense_vae": 784 / 2,
        "paintings/vae": (64 * 64 * 3) / (1000 * 100),
        "paintings/dense_vae": (150 * 150 * 3) / (1000 * 100),
    }
    assert {name: zoo.load(name).resolve()["model.beta"] for name in expected} == expected
