"""The Bernoulli distribution, for binary data and, by convention, for grey values."""

import dataclasses
from typing import Any

import keras
from keras import ops

from kvae.backends import softplus
from kvae.distributions.base import IndependentUnits, promote, random_like


@dataclasses.dataclass(frozen=True, eq=False)
class Bernoulli(IndependentUnits):
    """A Bernoulli distribution of each unit, with p(x = 1) = sigmoid(`logits`).

    log p(x) = x · logits − softplus(logits) = x log p + (1 − x) log(1 − p)

    For x between 0 and 1 the same formula is the negative cross-entropy that VAEs are often trained with. It is not a
    normalised density over [0, 1]. Bounds computed with it are a convention of the field and comparable only with each
    other (Loaiza-Ganem and Cunningham 2019, "The continuous Bernoulli").
    """

    logits: Any

    def log_prob_per_unit(self, x):
        x, logits = promote(x, self.logits)
        return x * logits - softplus(logits)

    def sample(self, seed, shape=()):
        """Return zeros and ones; no gradient flows through them."""
        p = self.mean
        return ops.cast(random_like(keras.random.uniform, p, seed, shape) < p, p.dtype)

    @property
    def mean(self):
        (logits,) = promote(self.logits)
        return ops.sigmoid(logits)

    @property
    def mode(self):
        (logits,) = promote(self.logits)
        return ops.cast(logits > 0, logits.dtype)
