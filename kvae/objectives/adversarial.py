"""Losses of players with opposed objectives, in nats, as means over the batch."""

from keras import ops

from kvae.distributions import Bernoulli
from kvae.objectives.batch import batch_mean
from kvae.objectives.gradients import squared_gradient


def generator_loss(logits):
    """Return −E[log D(x̂)] for the logits (B, 1) of generated images, with D the probability of "real".

    The non-saturating form of the generator's loss, whose gradient does not vanish where D is certain (Goodfellow et
    al. 2014, section 3).
    """
    return -batch_mean(Bernoulli(logits).log_prob(ops.ones_like(logits)))


def discriminator_real_loss(logits):
    """Return −E[log D(x)] for the logits (B, 1) of real images."""
    return generator_loss(logits)


def discriminator_fake_loss(logits):
    """Return −E[log(1 − D(x̂))] for the logits (B, 1) of generated images."""
    return -batch_mean(Bernoulli(logits).log_prob(ops.zeros_like(logits)))


def r1_penalty(logits, x):
    """Return ½ E|∂D/∂x|², where `logits` is the function D of a batch of real images x (Mescheder et al. 2018, eq. 9)."""
    return batch_mean(squared_gradient(logits, x)) / 2


def equilibrium(real, fake, level: float, margin: float):
    """Return the gates of generator and discriminator: 1 if the player trains in this step, 0 if it skips the step.

    `real` and `fake` are the two losses of the discriminator. The discriminator skips the step if one of them is below
    level − margin, and the generator if one of them is above level + margin. If both would skip, both train (Larsen et al.
    2016, in the authors' code).
    """
    low, high = level - margin, level + margin
    strong = ops.logical_or(real < low, fake < low)
    weak = ops.logical_or(real > high, fake > high)
    both = ops.logical_and(strong, weak)
    generator = ops.logical_or(ops.logical_not(weak), both)
    discriminator = ops.logical_or(ops.logical_not(strong), both)
    return ops.cast(generator, "float32"), ops.cast(discriminator, "float32")
