"""The normal distribution, for latent codes and for real data."""

import dataclasses
import math
from typing import Any

import keras
from keras import ops

from kvae.distributions.base import IndependentUnits, promote, random_like


@dataclasses.dataclass(frozen=True, eq=False)
class Normal(IndependentUnits):
    """A normal distribution of each unit, with mean `loc` and standard deviation exp(`log_scale`).

    log p(x) = −½ ((x − loc) / scale)² − log_scale − ½ log 2π
    """

    loc: Any
    log_scale: Any

    def log_prob_per_unit(self, x):
        x, loc, log_scale = promote(x, self.loc, self.log_scale)
        return -0.5 * ops.square((x - loc) * ops.exp(-log_scale)) - log_scale - 0.5 * math.log(2 * math.pi)

    def sample(self, seed, shape=()):
        """Return loc + scale · ε with ε ~ N(0, 1), differentiable in both (Kingma and Welling 2014, section 2.4)."""
        loc, log_scale = promote(self.loc, self.log_scale)
        return loc + ops.exp(log_scale) * random_like(keras.random.normal, loc + log_scale, seed, shape)

    @property
    def mean(self):
        loc, log_scale = promote(self.loc, self.log_scale)
        return loc + ops.zeros_like(log_scale)

    @property
    def stddev(self):
        """The standard deviation, of shape batch + event."""
        loc, log_scale = promote(self.loc, self.log_scale)
        return ops.exp(log_scale) + ops.zeros_like(loc)

    @property
    def mode(self):
        return self.mean


def standard_normal(shape=None):
    """Return N(0, 1), for latent vectors of any size or for the given event shape.

    Without a shape the parameters are numbers that broadcast, so that `standard_normal().log_prob(z)` takes z of any
    shape (..., D). With a shape, its axes form the event, and `standard_normal((D,)).sample(seed, (n,))` has the shape
    (n, D).
    """
    if shape is None:
        return Normal(0.0, 0.0)
    return Normal(ops.zeros(shape), 0.0, event=len(shape))
