"""The standard normal prior."""

import dataclasses

import keras
from keras import ops

from kvae.distributions.base import Configuration
from kvae.distributions.normal import Normal
from kvae.distributions.priors.base import Prior


@keras.saving.register_keras_serializable("kvae")
@dataclasses.dataclass(frozen=True)
class StandardNormal(Configuration, Prior):
    """N(0, 1) of each latent unit."""

    def __call__(self, shape, posterior=None, batch=()):
        return Normal(ops.zeros((*batch, *shape)), 0.0, event=len(shape))
