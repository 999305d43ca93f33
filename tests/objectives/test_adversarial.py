"""Losses of players with opposed objectives, and the equilibrium that decides which of them move."""

import numpy as np
import pytest
from keras import ops

from kvae import objectives
from kvae.errors import UserError


@pytest.mark.parametrize(
    ("real", "fake", "generator", "discriminator"),
    [
        (0.7, 0.7, 1, 1),
        (0.3, 0.7, 1, 0),  # the loss of real images is below 0.68 − 0.35: the discriminator is too good
        (0.7, 0.3, 1, 0),
        (1.1, 0.7, 0, 1),  # a loss is above 0.68 + 0.35: the discriminator is too bad
        (0.7, 1.1, 0, 1),
        (0.3, 1.1, 1, 1),  # one loss is below and one above: both would skip the step
    ],
)
def test_equilibrium_returns_which_player_moves(real, fake, generator, discriminator):
    moves = objectives.equilibrium(ops.convert_to_tensor(real), ops.convert_to_tensor(fake), 0.68, 0.35)
    assert [float(ops.convert_to_numpy(m)) for m in moves] == [generator, discriminator]


def test_generator_and_discriminator_losses_are_cross_entropies():
    logits = np.array([[-2.0], [0.5], [90.0]], "float32")
    d = 1 / (1 + np.exp(-logits.astype("float64")))
    tensor = ops.convert_to_tensor(logits)
    np.testing.assert_allclose(float(objectives.generator_loss(tensor)), -np.log(d).mean(), rtol=1e-6)
    expected = np.log1p(np.exp(logits.astype("float64"))).mean()
    np.testing.assert_allclose(float(objectives.discriminator_fake_loss(tensor)), expected, rtol=1e-6)


def _costs(name):
    """Return the losses of the discriminator and of the generator for scores (2, 1, 2, 1), in double precision by hand."""
    real, fake = np.array([[2.0, -1.0], [0.5, 3.0]]), np.array([[-3.0, 0.2], [1.5, -0.4]])
    softplus = lambda s: np.log1p(np.exp(s))  # noqa: E731
    discriminator, generator = {
        "cross_entropy": (softplus(-real).mean() + softplus(fake).mean(), softplus(-fake).mean()),
        "least_squares": (((real - 1) ** 2).mean() + (fake**2).mean(), ((fake - 1) ** 2).mean()),
        "hinge": (np.maximum(0, 1 - real).mean() + np.maximum(0, 1 + fake).mean(), -fake.mean()),
    }[name]
    maps = (ops.convert_to_tensor(s.astype("float32")[:, None, :, None]) for s in (real, fake))
    return *maps, discriminator / 2, generator


@pytest.mark.parametrize("name", objectives.ADVERSARIES)
def test_adversary_losses_are_means_over_examples_and_places(name):
    real, fake, discriminator, generator = _costs(name)
    adversary = objectives.adversary(name)
    np.testing.assert_allclose(float(adversary.discriminator_loss(real, fake)), discriminator, rtol=1e-6)
    np.testing.assert_allclose(float(adversary.generator_loss(fake)), generator, rtol=1e-6)


def test_adversary_of_an_unknown_name_raises():
    with pytest.raises(UserError, match="cross_entropy, least_squares, hinge"):
        objectives.adversary("wasserstein")
