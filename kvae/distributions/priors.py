"""Families of priors p(z). Some of them have trainable weights."""

import abc
import dataclasses
from collections.abc import Callable

import keras
from keras import ops

from kvae.distributions.base import Configuration, Distribution
from kvae.distributions.flow import InverseAutoregressiveFlow
from kvae.distributions.mixture import Mixture
from kvae.distributions.normal import Normal
from kvae.distributions.scales import bounded_log_scale
from kvae.errors import UserError


class Prior(abc.ABC):
    """A map from the shape of a latent code to the prior p(z).

    A family without weights is a frozen dataclass, one with weights is a Keras layer; both are saved with the model.
    """

    uses_posterior = False
    """True if the prior is a mixture of posteriors q(z|u) of pseudo-inputs u, which have no labels."""

    @abc.abstractmethod
    def __call__(self, shape: tuple[int, ...], posterior: Callable | None = None, batch: tuple = ()) -> Distribution:
        """Return p(z).

        Args:
            shape: the shape of one latent code, which is the event of the distribution.
            posterior: the function x -> q(z|x) of the model, which a `VampPrior` needs.
            batch: batch axes of the distribution, () or (B,), for models whose priors have the batch of the labels.
        """

    def check(self, shape: tuple[int, ...], data_shape: tuple[int, ...]) -> None:  # noqa: B027  (most families suit every shape)
        """Raise `UserError` unless the family suits latent codes of `shape` and data of `data_shape`."""


@keras.saving.register_keras_serializable("kvae")
@dataclasses.dataclass(frozen=True)
class StandardNormal(Configuration, Prior):
    """N(0, 1) of each latent unit."""

    def __call__(self, shape, posterior=None, batch=()):
        return Normal(ops.zeros((*batch, *shape)), 0.0, event=len(shape))


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
        self.components, self.spread, self.seed = components, spread, seed
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


@keras.saving.register_keras_serializable("kvae")
class VampPrior(Prior, keras.Layer):
    """A mixture of the posteriors of K pseudo-inputs, which are trained (Tomczak and Welling 2018).

        p(z) = 1/K Σ_k q(z|u_k)                                                                      (eq. 9)

    The pseudo-inputs u_k are clipped to [0, 1]. Their initial values are draws of N(`mean`, `stddev`²), as in the authors'
    code. The encoder runs in inference mode for them, so that its batch statistics are those of the data alone.

    Args:
        shape: the shape of one x.
        components: number K of pseudo-inputs.
        mean, stddev: mean and standard deviation of the initial pseudo-inputs.
        seed: the seed of the initial pseudo-inputs.
    """

    uses_posterior = True

    def __init__(
        self,
        shape,
        components: int = 500,
        mean: float = 0.05,
        stddev: float = 0.01,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if components < 1:
            raise UserError(f"Expected one pseudo-input or more. Received: components={components}.")
        self.shape = tuple(shape)
        self.components, self.mean, self.stddev, self.seed = components, mean, stddev, seed
        initializer = keras.initializers.RandomNormal(mean, stddev, seed=seed)
        self.pseudo_inputs = self.add_weight(
            shape=(components, *self.shape), initializer=initializer, name="pseudo_inputs"
        )
        self.built = True

    def check(self, shape, data_shape):
        if tuple(data_shape) != self.shape:
            raise UserError(
                f"Expected pseudo-inputs of the shape of the data, {tuple(data_shape)}. Received: "
                f"VampPrior(shape={self.shape})."
            )

    def __call__(self, shape, posterior=None, batch=()):
        components = posterior(ops.clip(ops.convert_to_tensor(self.pseudo_inputs), 0.0, 1.0))  # (K,) + shape
        if isinstance(components, InverseAutoregressiveFlow):
            raise UserError(
                "Expected a posterior whose density is available at every point, for VampPrior. Received: an inverse "
                "autoregressive flow. Use a posterior such as DiagonalNormal."
            )
        return Mixture(ops.zeros((*batch, self.components)), components, event=len(shape))

    def get_config(self):
        own = {
            "shape": self.shape,
            "components": self.components,
            "mean": self.mean,
            "stddev": self.stddev,
            "seed": self.seed,
        }
        return {**super().get_config(), **own}


def get(prior) -> Prior:
    """Return the prior family given by itself, by its Keras configuration or by its name "standard_normal".

    None gives `StandardNormal`.

    Raises:
        UserError: `prior` is none of these.
    """
    if prior is None or prior == "standard_normal":
        return StandardNormal()
    found = keras.saving.deserialize_keras_object(prior) if isinstance(prior, dict) else prior
    if isinstance(found, Prior):
        return found
    raise UserError(
        f"Expected a prior: 'standard_normal' or a kvae.distributions.priors.Prior. Received: prior={prior!r}."
    )
