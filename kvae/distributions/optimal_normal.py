"""The normal distribution whose one scale is the optimal one for the data that it is evaluated at."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

from keras import ops

from kvae.distributions.base import promote
from kvae.distributions.normal import Normal
from kvae.distributions.scales import LOG_SCALES


@dataclasses.dataclass(frozen=True, eq=False)
class OptimalNormal(Normal):
    """A normal distribution of each unit with mean `loc` and one scale σ for all units of a batch.

    `log_prob` takes the σ under which the whole batch x is most probable, and passes σ² to `observe`:

        σ² = mean (x − loc)²          max_σ log p(x) = −N/2 (log 2πσ² + 1)

    with N values in the batch (Rybkin et al. 2021, "Simple and effective VAE training with calibrated decoders"). log σ
    is bounded to [−7, 7]. The derivative of log p(x) with respect to σ is 0 at the optimum, so that σ is held fixed in the
    gradient. Samples and moments use `log_scale`.
    """

    observe: Callable[[Any], None]

    def log_prob(self, x):
        variance = ops.stop_gradient(optimal_variance(x, self.loc))
        self.observe(variance)
        return Normal(self.loc, 0.5 * ops.log(variance), event=self.event).log_prob(x)


def optimal_variance(x, loc):
    """Return the σ² under which x is most probable: the mean of (x − loc)² over all axes, with log σ in `LOG_SCALES`."""
    x, loc = promote(x, loc)
    error = ops.square(x - loc)
    # `ops.mean` rounds float64 to float32 on JAX and PyTorch; a sum does not.
    mean = ops.sum(error) / ops.cast(math.prod(ops.shape(error)), error.dtype)
    return ops.clip(mean, *(math.exp(2 * log_scale) for log_scale in LOG_SCALES))
