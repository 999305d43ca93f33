"""What two players that contradict each other minimise. Everything in nats, a mean over the batch."""

from keras import ops

from kvae.distributions import Bernoulli
from kvae.objectives.batch import batch_mean


def generator_loss(logits):
    """−E[log D]: the price of being found out, for logits of D (B, 1), the probability of "real". Goodfellow et al. 2014,
    section 3: the form of the generator's loss whose gradient does not vanish where D is sure of itself."""
    return -batch_mean(Bernoulli(logits).log_prob(ops.ones_like(logits)))


def discriminator_fake_loss(logits):
    """−E[log(1 − D)], for logits of D (B, 1)."""
    return -batch_mean(Bernoulli(logits).log_prob(ops.zeros_like(logits)))


def equilibrium(real, false, level: float, margin: float):
    """Who of generator and discriminator moves, (generator, discriminator) as 0 or 1, by D's losses on real and on false
    examples: the discriminator sits out while one of them is below level − margin, the generator while one is above
    level + margin; where both would sit out, both move (Larsen et al. 2016, in the authors' code).
    """
    low, high = level - margin, level + margin
    strong = ops.logical_or(real < low, false < low)
    weak = ops.logical_or(real > high, false > high)
    both = ops.logical_and(strong, weak)
    generator = ops.logical_or(ops.logical_not(weak), both)
    discriminator = ops.logical_or(ops.logical_not(strong), both)
    return ops.cast(generator, "float32"), ops.cast(discriminator, "float32")
