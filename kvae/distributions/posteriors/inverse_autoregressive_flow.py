"""The inverse autoregressive flow: its density, and the family of posteriors that is made of it."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from kvae.distributions.base import Distribution, promote
from kvae.distributions.normal import Normal
from kvae.distributions.posteriors.base import Posterior, vector_size
from kvae.distributions.scales import bounded_log_scale
from kvae.errors import UserError

DRAWS = 32
"""Number of draws from which the mean and the standard deviation of a flow are estimated."""


@dataclasses.dataclass(frozen=True, eq=False)
class InverseAutoregressiveFlow(Distribution):
    """The distribution of z_T, the result of T gated autoregressive steps from z_0 ~ `base` (Kingma et al. 2016, section 3):

        z_t = σ_t ⊙ z_{t−1} + (1 − σ_t) ⊙ m_t,    σ_t = sigmoid(s_t),    (m_t, s_t) = step_t(z_{t−1}, context)
        log q(z_T) = log base(z_0) − Σ_t Σ_i log σ_{t,i}                                              (eq. 10, 13 and 14)

    Unit i of (m_t, s_t) depends on the units of z_{t−1} before i. The order of the units is reversed between two steps.
    Sampling takes one call of each step, and `sample_and_log_prob` returns the density of the draws with it. The density of
    any other point would take one call of each step for each unit, so `log_prob` raises `UserError`.

    Args:
        base: the distribution of z_0, of shape batch + (D,).
        context: a tensor batch + (C,) that each step is conditioned on.
        steps: functions (z (N, D), context (N, C)) -> (N, 2D): m_t, then s_t.
    """

    base: Distribution
    context: Any
    steps: Sequence[Callable]

    @property
    def density_everywhere(self):
        return False

    def sample(self, seed, shape=()):
        return self.sample_and_log_prob(seed, shape)[0]

    def sample_and_log_prob(self, seed, shape=()):
        z, log_q = self.base.sample_and_log_prob(seed, shape)  # (..., D), (...)
        units, leading = z.shape[-1], ops.shape(z)[:-1]
        context = self.context + ops.zeros((*leading, 1), dtype=self.context.dtype)  # (..., C)
        flat, context = ops.reshape(z, (-1, units)), ops.reshape(context, (-1, context.shape[-1]))
        log_det = 0.0
        for number, step in enumerate(self.steps):
            flat = ops.flip(flat, axis=-1) if number else flat
            flat, parameters = promote(flat, step(flat, context))
            m, s = ops.split(parameters, 2, axis=-1)
            gate = ops.sigmoid(s)
            flat = gate * flat + (1 - gate) * m
            log_det = log_det + ops.sum(ops.log_sigmoid(s), axis=-1)
        return ops.reshape(flat, (*leading, units)), log_q - ops.reshape(log_det, leading)

    def log_prob(self, x):
        """Raise `UserError`: the density of a given point would take one call of each step for each unit."""
        raise UserError(
            "Expected a distribution whose density is available at every point. Received: an inverse autoregressive flow, "
            "whose density is available only at its own draws. Use sample_and_log_prob, or a posterior such as "
            "DiagonalNormal or FullCovarianceNormal."
        )

    @property
    def mean(self):
        """An estimate of the mean, of shape batch + (D,), from `DRAWS` draws.

        The seed of the draws is fixed, so that each call returns the same estimate.
        """
        return ops.mean(self.sample(0, (DRAWS,)), axis=0)

    @property
    def stddev(self):
        """An estimate of the standard deviation, of shape batch + (D,), from the draws of `mean`."""
        return ops.std(self.sample(0, (DRAWS,)), axis=0)

    @property
    def mode(self):
        """The estimated mean, in place of the mode, which has no closed form."""
        return self.mean


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
        if vector_size(shape, self) != units:
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
