"""The Laplace distribution, whose negative log density is a scaled L1 distance plus a constant."""

import dataclasses
import math
from typing import Any

import keras
from keras import ops

from kvae.distributions.base import IndependentUnits, promote, random_like


@dataclasses.dataclass(frozen=True, eq=False)
class Laplace(IndependentUnits):
    """A Laplace distribution of each unit, with mean `loc` and scale exp(`log_scale`).

    log p(x) = −|x − loc| / scale − log_scale − log 2; the variance is 2 scale².
    """

    loc: Any
    log_scale: Any

    def log_prob_per_unit(self, x):
        x, loc, log_scale = promote(x, self.loc, self.log_scale)
        return -distance(x, loc) * ops.exp(-log_scale) - log_scale - math.log(2)

    def sample(self, seed, shape=()):
        """Return loc + scale · (e₁ − e₂) with exponential e₁, e₂, differentiable in both parameters."""
        loc, log_scale = promote(self.loc, self.log_scale)
        # u < 1, so both logarithms are finite.
        u = random_like(keras.random.uniform, loc + log_scale, seed, (2, *shape))
        return loc + ops.exp(log_scale) * (ops.log1p(-u[1]) - ops.log1p(-u[0]))

    @property
    def mean(self):
        loc, log_scale = promote(self.loc, self.log_scale)
        return loc + ops.zeros_like(log_scale)

    @property
    def mode(self):
        return self.mean


def distance(a, b):
    """Return |a − b|. Its gradient is 0 where a = b on all backends. The gradient of JAX's `abs` is 1 there."""
    return (a - b) * ops.sign(a - b)
