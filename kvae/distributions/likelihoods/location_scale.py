"""Likelihoods of real data with a mean for each value: normal and Laplace, with a fixed or a learnt scale."""

import dataclasses
import math
from typing import ClassVar

import keras

from kvae.distributions.laplace import Laplace
from kvae.distributions.likelihoods.base import ChannelwiseLikelihood, event_of, loc_and_log_scale
from kvae.distributions.normal import Normal
from kvae.errors import UserError


@dataclasses.dataclass(frozen=True)
class LocationScaleLikelihood(ChannelwiseLikelihood):
    """Location-scale likelihood of real data. h holds the means and, if `scale` is None, then the log-scales.

    A learnt scale has a value for each dimension and example. Its logarithm is bounded to [−7, 7]. The class is abstract;
    a subclass names the distribution.
    """

    scale: float | None = 1.0

    distribution: ClassVar[type]
    support = "real"
    density = True

    def __post_init__(self):
        _check_scale(self.scale)

    @property
    def parameters(self):
        return 2 if self.scale is None else 1

    def __call__(self, h, batch_axes=1, training=False):
        return self.distribution(*loc_and_log_scale(h, self.scale), event=event_of(h, batch_axes))


@keras.saving.register_keras_serializable("kvae")
@dataclasses.dataclass(frozen=True)
class NormalLikelihood(LocationScaleLikelihood):
    """Likelihood of real data with normal noise.

    With scale 1 the distortion is half the squared error, plus ½ log 2π per dimension.
    """

    name = "normal"
    distribution = Normal


@keras.saving.register_keras_serializable("kvae")
@dataclasses.dataclass(frozen=True)
class LaplaceLikelihood(LocationScaleLikelihood):
    """Likelihood of real data with Laplace noise: the L1 loss.

    With scale 1/λ the distortion is λ times the absolute error, plus log(2/λ) per dimension.
    """

    name = "laplace"
    distribution = Laplace


def _check_scale(scale):
    if scale is not None and not (isinstance(scale, int | float) and 0 < scale < math.inf):
        raise UserError(f"Expected scale to be a positive number, or None to learn it. Received: scale={scale!r}.")
