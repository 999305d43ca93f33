"""The mixture of normal distributions as a prior."""

import keras
from keras import ops

from kvae.distributions.mixture import Mixture
from kvae.distributions.normal import Normal
from kvae.distributions.priors.base import Prior
from kvae.distributions.scales import bounded_log_scale
from kvae.errors import UserError


@keras.saving.register_keras_serializable("kvae")
class MixtureOfNormals(Prior, keras.Layer):
    """A mixture of K normal distributions with diagonal covariance, whose weights, means and scales are trained.

        p(z) = Σ_k π_k N(z; μ_k, σ_k²)

    The initial means are draws of N(0, `spread`²), the initial scales are 1 and the initial mixture weights 1/K.

    Args:
        shape: the shape of one latent code.
        components: number K of components.
        spread: the standard deviation of the initial means.
        seed: the seed of the initial means.
    """

    def __init__(self, shape, components: int = 100, spread: float = 1.0, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        if components < 1:
            raise UserError(f"Expected one component or more. Received: components={components}.")
        self.shape = (shape,) if isinstance(shape, int) else tuple(shape)
        self.components = components
        self.spread = spread
        self.seed = seed
        size = (components, *self.shape)
        initializer = keras.initializers.RandomNormal(stddev=spread, seed=seed)
        self.loc = self.add_weight(shape=size, initializer=initializer, name="loc")
        self.log_scale = self.add_weight(shape=size, initializer="zeros", name="log_scale")
        self.logits = self.add_weight(shape=(components,), initializer="zeros", name="logits")
        self.built = True

    def check(self, shape, data_shape):
        if tuple(shape) != self.shape:
            raise UserError(
                f"Expected a prior of latent codes of shape {tuple(shape)}. Received: MixtureOfNormals(shape={self.shape})."
            )

    def __call__(self, shape, posterior=None, batch=()):
        loc, log_scale = ops.convert_to_tensor(self.loc), bounded_log_scale(ops.convert_to_tensor(self.log_scale))
        logits = ops.convert_to_tensor(self.logits) + ops.zeros((*batch, self.components))
        return Mixture(logits, Normal(loc, log_scale, event=len(shape)), event=len(shape))

    def get_config(self):
        own = {"shape": self.shape, "components": self.components, "spread": self.spread, "seed": self.seed}
        return {**super().get_config(), **own}
