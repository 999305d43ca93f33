"""The normal posterior with diagonal covariance."""

import dataclasses

import keras
from keras import ops

from kvae.distributions.base import Configuration
from kvae.distributions.normal import Normal
from kvae.distributions.posteriors.base import Posterior
from kvae.distributions.scales import bounded_log_scale


@keras.saving.register_keras_serializable("kvae")
@dataclasses.dataclass(frozen=True)
class DiagonalNormal(Configuration, Posterior):
    """N(μ, σ²) of each latent unit (Kingma and Welling 2014, eq. 9).

    The last axis of h holds the means, then log σ, bounded to [−7, 7]. Latent codes may have any shape.
    """

    def outputs(self, shape):
        return (*shape[:-1], 2 * shape[-1])

    def units(self, outputs):
        return outputs // 2

    def __call__(self, h, training=False):
        loc, log_scale = ops.split(h, 2, axis=-1)
        return Normal(loc, bounded_log_scale(log_scale), event=len(h.shape) - 1)
