"""Mixtures of distributions."""

import dataclasses
from typing import Any

import keras
from keras import ops

from kvae.distributions.base import Distribution, next_seed, promote, random_like


@dataclasses.dataclass(frozen=True, eq=False)
class Mixture(Distribution):
    """A mixture p(x) = Σ_k π_k p_k(x) with the weights π = softmax(`logits`).

        log p(x) = logsumexp_k (log π_k + log p_k(x))

    `logits` has the shape batch + (K,). `components` is a distribution of shape batch + (K,) + event, or (K,) + event
    for the same components throughout the batch. The mixture has the same event as its components.
    """

    logits: Any
    components: Distribution

    def log_prob(self, x):
        (logits,) = promote(self.logits)
        return ops.logsumexp(ops.log_softmax(logits, axis=-1) + self.components.log_prob_of_each(x), axis=-1)

    def sample(self, seed, shape=()):
        """Return draws from components that are chosen by the Gumbel-max trick.

        Gradients flow to the parameters of the components, not to `logits`.
        """
        (logits,) = promote(self.logits)
        gumbel = -ops.log(-ops.log(random_like(keras.random.uniform, logits, seed, shape)))
        chosen = ops.one_hot(ops.argmax(logits + gumbel, axis=-1), logits.shape[-1])  # (..., K)
        shared = len(self.components.mean.shape) == 1 + self.event  # the same components for the whole batch
        leading = (*shape, *ops.shape(logits)[:-1]) if shared else shape
        draws = self.components.sample(next_seed(seed), leading)  # (..., K, event)
        return self._weighted(ops.cast(chosen, draws.dtype), draws)

    def _weighted(self, weights, values):
        """Return Σ_k weights_k values_k: (..., K) and (..., K, event) -> (..., event)."""
        weights = ops.reshape(weights, (*ops.shape(weights), *(1,) * self.event))
        return ops.sum(weights * values, axis=-1 - self.event)

    @property
    def mean(self):
        logits, means = promote(self.logits, self.components.mean)
        return self._weighted(ops.softmax(logits, axis=-1), means)

    @property
    def stddev(self):
        """The standard deviation of each unit, of shape batch + event."""
        components: Any = self.components  # which have a standard deviation
        logits, means, scales = promote(self.logits, components.mean, components.stddev)
        second = self._weighted(ops.softmax(logits, axis=-1), ops.square(means) + ops.square(scales))
        return ops.sqrt(second - ops.square(self.mean))

    @property
    def mode(self):
        """The mode of the component whose mode has the highest density under the mixture, of shape batch + event."""
        modes = self.components.mode  # (batch, K, event)
        density = self.log_prob(ops.moveaxis(modes, -1 - self.event, 0))  # (K, batch)
        best = ops.one_hot(ops.argmax(density, axis=0), modes.shape[-1 - self.event], dtype=modes.dtype)  # (batch, K)
        return self._weighted(best, modes)
