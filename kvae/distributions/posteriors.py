"""Families of posteriors: maps from the output of an encoder to q(z|x)."""

import abc
import dataclasses
import math
from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from kvae.distributions.base import Configuration, Distribution
from kvae.distributions.flow import InverseAutoregressiveFlow
from kvae.distributions.multivariate_normal import MultivariateNormal
from kvae.distributions.normal import Normal
from kvae.distributions.scales import bounded_log_scale
from kvae.errors import UserError


class Posterior(abc.ABC):
    """A map from an encoder's output h to the posterior q(z|x).

    A family without weights is a frozen dataclass, one with weights is a Keras layer; both are saved with the model.
    """

    @abc.abstractmethod
    def outputs(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of one output of the encoder, for latent codes of `shape`.

        Raises:
            UserError: The family has no latent codes of this shape.
        """

    @abc.abstractmethod
    def units(self, outputs: int) -> int:
        """Return the size of the last axis of the latent codes for an encoder whose last axis has the size `outputs`."""

    @abc.abstractmethod
    def __call__(self, h, training: bool = False) -> Distribution:
        """Return q(z|x) for encoder outputs h of shape (B, *outputs)."""


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


@keras.saving.register_keras_serializable("kvae")
@dataclasses.dataclass(frozen=True)
class FullCovarianceNormal(Configuration, Posterior):
    """N(μ, L Lᵀ) of latent vectors, with a full covariance (Kingma et al. 2016, appendix A).

    h holds D means, D values of log L_ii, bounded to [−7, 7], and the D (D − 1) / 2 entries of L below the diagonal, row
    by row.
    """

    def outputs(self, shape):
        units = _vector(shape, self)
        return (2 * units + units * (units - 1) // 2,)

    def units(self, outputs):
        units = (math.isqrt(9 + 8 * outputs) - 3) // 2
        if 2 * units + units * (units - 1) // 2 != outputs:
            raise UserError(
                f"Expected an encoder with 2 D + D (D − 1) / 2 outputs, for D latent units. Received: {outputs} outputs."
            )
        return units

    def __call__(self, h, training=False):
        units = self.units(h.shape[-1])
        loc, log_diagonal, below = ops.split(h, [units, 2 * units], axis=-1)
        # Position of each entry of L in [0, diagonal, entries below the diagonal]. Entries above the diagonal are 0.
        place = np.zeros((units, units), "int32")
        place[np.diag_indices(units)] = 1 + np.arange(units)
        place[np.tril_indices(units, -1)] = 1 + units + np.arange(units * (units - 1) // 2)
        scale = ops.exp(bounded_log_scale(log_diagonal))
        entries = ops.concatenate([ops.zeros_like(loc[..., :1]), scale, below], axis=-1)
        scale_tril = ops.reshape(ops.take(entries, place.ravel(), axis=-1), (-1, units, units))  # (B, D, D)
        return MultivariateNormal(loc, scale_tril)


@keras.saving.register_keras_serializable("kvae")
class InverseAutoregressivePosterior(Posterior, keras.Layer):
    """An inverse autoregressive flow from a diagonal normal distribution (Kingma et al. 2016, algorithm 1).

    h holds D means, D values of log σ, bounded to [−7, 7], and C values of context, an input of all steps. The KL has no
    closed form and is estimated from draws.

    Args:
        steps: networks [z (B, D), context (B, C)] -> (B, 2D), autoregressive in z, such as `kvae.networks.made` builds.
    """

    def __init__(self, steps: Sequence[keras.Model], **kwargs):
        super().__init__(**kwargs)
        self.steps = list(steps)
        if not self.steps:
            raise UserError("Expected one step or more. Received: steps=[]. Build them with kvae.networks.made.")
        self.built = True

    def outputs(self, shape):
        units, context = self._sizes()
        if _vector(shape, self) != units:
            raise UserError(
                f"Expected steps for {shape[0]} latent units. Received: steps for {units} units. "
                f"Build them with kvae.networks.made({shape[0]}, …)."
            )
        return (2 * units + context,)

    def units(self, outputs):
        return self._sizes()[0]

    def _sizes(self) -> tuple[int, int]:
        """Return the numbers of latent units D and of context units C."""
        (_, units), (_, context) = self.steps[0].input_shape
        return units, context

    def __call__(self, h, training=False):
        units, _ = self._sizes()
        loc, log_scale, context = ops.split(h, [units, 2 * units], axis=-1)
        steps = [_Step(step, training) for step in self.steps]
        return InverseAutoregressiveFlow(Normal(loc, bounded_log_scale(log_scale)), context, steps)

    def get_config(self):
        return {**super().get_config(), "steps": [keras.saving.serialize_keras_object(step) for step in self.steps]}

    @classmethod
    def from_config(cls, config):
        steps = [keras.saving.deserialize_keras_object(step) for step in config.pop("steps")]
        return cls(steps, **config)


@dataclasses.dataclass(frozen=True)
class _Step:
    """One step of a flow: a network with its mode, training or inference."""

    net: keras.Model
    training: bool

    def __call__(self, z, context):
        return self.net([z, context], training=self.training)


POSTERIORS = {
    "diagonal_normal": DiagonalNormal,
    "full_covariance_normal": FullCovarianceNormal,
}
"""Families without arguments, by the name that `get` takes."""


def get(posterior) -> Posterior:
    """Return the posterior family given by itself, by its name or by its Keras configuration. None gives `DiagonalNormal`.

    Raises:
        UserError: `posterior` is none of these.
    """
    if posterior is None:
        return DiagonalNormal()
    if isinstance(posterior, str) and posterior in POSTERIORS:
        return POSTERIORS[posterior]()
    found = keras.saving.deserialize_keras_object(posterior) if isinstance(posterior, dict) else posterior
    if isinstance(found, Posterior):
        return found
    raise UserError(
        f"Expected a posterior: {', '.join(map(repr, POSTERIORS))} or a kvae.distributions.posteriors.Posterior. "
        f"Received: posterior={posterior!r}."
    )


def _vector(shape, family) -> int:
    if len(shape) != 1:
        raise UserError(
            f"Expected latent vectors (D,) for {type(family).__name__}. Received: latent codes of shape {tuple(shape)}. "
            "Use DiagonalNormal, or flatten the code."
        )
    return shape[0]
