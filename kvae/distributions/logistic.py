"""The discretised logistic distribution, a proper likelihood of 8-bit pixels."""

import dataclasses
from typing import Any

import keras
from keras import ops

from kvae.distributions.base import IndependentUnits, promote, random_like


@dataclasses.dataclass(frozen=True, eq=False)
class DiscretizedLogistic(IndependentUnits):
    """A logistic distribution of each unit, rounded to the `levels` values k / (levels − 1) in [0, 1].

    With y ~ Logistic(loc, scale), scale = exp(`log_scale`), and h half the distance between two levels,

        P(x) = P(x − h < y < x + h) = σ((x + h − loc) / scale) − σ((x − h − loc) / scale),

    where σ is the logistic sigmoid, the bin of x = 0 extends to −∞ and that of x = 1 to +∞ (Salimans et al. 2017,
    "PixelCNN++", equation 2). The data of that paper lie in [−1, 1], so that its scales are twice these. P is a probability
    and not a density, so that −log P converts to bits per dimension without an offset.

    x is rounded to the nearest level. It must be float32, because bfloat16 does not resolve 256 levels.
    """

    loc: Any
    log_scale: Any
    levels: int = 256
    event: int = dataclasses.field(default=3, kw_only=True)

    def log_prob_per_unit(self, x):
        """Return log P(x), finite in the farthest tail.

        log(σ(a) − σ(b)) = log σ(a) + log σ(−b) + log(1 − exp(b − a)); an outer bin has only one of the first two terms.
        """
        x, loc, log_scale = promote(x, self.loc, self.log_scale)
        top, per_scale = self.levels - 1, ops.exp(-log_scale)
        k = ops.round(x * top)
        # Adjacent bins compute their common edge from the same half-integer, so that there is no gap between them.
        below = ops.log_sigmoid(((k + 0.5) / top - loc) * per_scale)
        above = ops.log_sigmoid((loc - (k - 0.5) / top) * per_scale)
        width = ops.log(-ops.expm1(-per_scale / top))
        first, last = k <= 0, k >= top
        return (
            ops.where(last, 0.0, below)
            + ops.where(first, 0.0, above)
            + ops.where(ops.logical_or(first, last), 0.0, width)
        )

    def sample(self, seed, shape=()):
        """Return levels in [0, 1]; no gradient flows through the rounding."""
        loc, log_scale = promote(self.loc, self.log_scale)
        u = random_like(keras.random.uniform, loc + log_scale, seed, shape)
        return self._nearest_level(loc + ops.exp(log_scale) * (ops.log(u) - ops.log1p(-u)))

    @property
    def mean(self):
        """The mean of the logistic clipped to [0, 1], which rounding changes by at most half a level.

        E[clip(y, 0, 1)] = ∫₀¹ σ((loc − t) / scale) dt
                         = scale · (softplus(loc / scale) − softplus((loc − 1) / scale))
        """
        loc, log_scale = promote(self.loc, self.log_scale)
        scale = ops.exp(log_scale)
        integral = scale * (ops.log_sigmoid((1 - loc) / scale) - ops.log_sigmoid(-loc / scale))
        # If the scale is large, the two terms cancel. The integrand at t = ½ then differs from the integral by less than
        # 0.004 / scale².
        mean = ops.where(scale < 32, integral, ops.sigmoid((loc - 0.5) / scale))
        return ops.clip(mean, 0.0, 1.0)

    @property
    def mode(self):
        """The most probable level: the nearest to loc, or an outer level if its tail has more mass."""
        loc, log_scale = promote(self.loc, self.log_scale)
        nearest = self._nearest_level(loc + ops.zeros_like(log_scale))
        candidates = ops.stack([nearest, ops.zeros_like(nearest), ops.ones_like(nearest)])
        best = ops.argmax(self.log_prob_per_unit(candidates), axis=0)
        return ops.where(ops.equal(best, 0), nearest, ops.cast(ops.equal(best, 2), nearest.dtype))

    def _nearest_level(self, y):
        return ops.round(ops.clip(y, 0.0, 1.0) * (self.levels - 1)) / (self.levels - 1)
