"""Independent distributions of the parts of one vector."""

import dataclasses
from typing import Any

from keras import ops

from kvae.distributions.base import Distribution, next_seed, promote
from kvae.distributions.normal import Normal


@dataclasses.dataclass(frozen=True, eq=False)
class Joint(Distribution):
    """Two independent distributions, whose draws are concatenated along the last axis.

    log p([a, b]) = log p(a) + log p(b)

    The first part has `size` units along the last axis. Both parts have the same batch and the same number of event
    axes.
    """

    first: Distribution
    second: Distribution
    size: int

    def split(self, x):
        """Return the two parts of x."""
        return x[..., : self.size], x[..., self.size :]

    @property
    def density_everywhere(self):
        return self.first.density_everywhere and self.second.density_everywhere

    def log_prob(self, x):
        a, b = self.split(x)
        return self.first.log_prob(a) + self.second.log_prob(b)

    def sample(self, seed, shape=()):
        return self._join(self.first.sample(seed, shape), self.second.sample(next_seed(seed), shape))

    def sample_and_log_prob(self, seed, shape=()):
        (a, log_a), (b, log_b) = (
            self.first.sample_and_log_prob(seed, shape),
            self.second.sample_and_log_prob(next_seed(seed), shape),
        )
        return self._join(a, b), log_a + log_b

    @staticmethod
    def _join(a, b):
        return ops.concatenate([a, b], axis=-1)

    @property
    def mean(self):
        return self._join(self.first.mean, self.second.mean)

    @property
    def stddev(self):
        """The standard deviation of each unit, of shape batch + event."""
        first: Any = self.first  # two distributions that have a standard deviation
        second: Any = self.second
        return self._join(first.stddev, second.stddev)

    @property
    def mode(self):
        return self._join(self.first.mode, self.second.mode)


def join(a: Distribution, b: Distribution) -> Distribution:
    """Return the distribution of two independent vectors, concatenated: a `Normal` if both are normal, else a `Joint`."""
    if not (type(a) is Normal and type(b) is Normal):
        return Joint(a, b, a.mean.shape[-1], event=a.event)
    a_loc, a_scale, b_loc, b_scale = promote(a.loc, a.log_scale, b.loc, b.log_scale)
    scales = a_scale + ops.zeros_like(a_loc), b_scale + ops.zeros_like(b_loc)
    return Normal(ops.concatenate([a_loc, b_loc], axis=-1), ops.concatenate(scales, axis=-1), event=a.event)
