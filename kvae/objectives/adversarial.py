"""Losses of players with opposed objectives, as means over the batch. Those of probabilities are in nats."""

import dataclasses
from collections.abc import Callable

from keras import ops

from kvae.backends import softplus
from kvae.distributions import Bernoulli
from kvae.distributions.base import promote
from kvae.errors import UserError
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


@dataclasses.dataclass(frozen=True)
class Adversary:
    """The losses of a discriminator that returns scores s, one for each patch of an image, and of the generator.

        discriminator = ½ (E real(s(x)) + E fake(s(x̂)))        generator = E generated(s(x̂))

    as means over examples and places. Scores have the shape (B, …).

    Args:
        real: the cost of scores of real images.
        fake: the cost of scores of generated images.
        generated: the cost of scores of generated images for the generator.
    """

    real: Callable
    fake: Callable
    generated: Callable

    def discriminator_loss(self, real, fake):
        """Return the loss of the discriminator for the scores of real and of generated images."""
        return (_mean(self.real, real) + _mean(self.fake, fake)) / 2

    def generator_loss(self, fake):
        """Return the loss of the generator for the scores of generated images."""
        return _mean(self.generated, fake)


ADVERSARIES = {
    "cross_entropy": Adversary(lambda s: softplus(-s), softplus, lambda s: softplus(-s)),
    "least_squares": Adversary(lambda s: ops.square(s - 1), ops.square, lambda s: ops.square(s - 1)),
    "hinge": Adversary(lambda s: ops.relu(1 - s), lambda s: ops.relu(1 + s), ops.negative),
}
"""Adversaries by name: the cross-entropy of GANs, in nats, with the non-saturating loss of the generator (Goodfellow et al.
2014), least squares (Mao et al. 2017, with labels 1 and 0) and the hinge loss (Lim and Ye 2017)."""


def adversary(name: str) -> Adversary:
    """Return the adversary called `name`. Raise `UserError` if there is none."""
    if name not in ADVERSARIES:
        raise UserError(f"Expected an adversary: {', '.join(ADVERSARIES)}. Received: adversary={name!r}.")
    return ADVERSARIES[name]


def _mean(cost: Callable, scores):
    """Return the mean of the cost of scores (B, …) over examples and places, in at least 32 bits."""
    (scores,) = promote(scores)
    return batch_mean(ops.mean(cost(scores), axis=tuple(range(1, len(scores.shape)))))
