"""Losses of players with opposed objectives, and the equilibrium that decides which of them move."""

import numpy as np
import pytest
from keras import ops

from kvae import objectives


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
