"""Likelihoods: maps from the output of a decoder to p(x|z), with the range of the data.

The negative log-likelihood is the reconstruction loss. The formulas are those of the distributions: half the squared error
in `kvae.distributions.normal`, the cross-entropy in `kvae.distributions.bernoulli`.
"""

import abc
import dataclasses
import math
from typing import ClassVar

import keras
from keras import ops

from kvae.backends.arrays import as_array
from kvae.distributions.base import Configuration
from kvae.distributions.bernoulli import Bernoulli
from kvae.distributions.categorical import CategoricalLevels
from kvae.distributions.checks import check_finite, check_levels, check_unit
from kvae.distributions.laplace import Laplace
from kvae.distributions.logistic import DiscretizedLogistic
from kvae.distributions.normal import Normal
from kvae.distributions.scales import bounded_log_scale
from kvae.errors import UserError
from kvae.suggest import hint


@dataclasses.dataclass(frozen=True)
class Likelihood(Configuration, abc.ABC):
    """A map from a decoder's output h to the distribution of the data, with the range of these data."""

    name: ClassVar[str]
    """Name that `get` takes."""

    support: ClassVar[str]
    """Range of the data: "real" (any finite number), "unit" ([0, 1]) or "levels" (k / (levels − 1))."""

    @property
    def outputs(self):
        """Number of channels of the decoder's output for each channel of the data."""
        return 1

    @abc.abstractmethod
    def __call__(self, h, batch_axes=1):
        """Return the distribution of the data. Its event is all axes but the first `batch_axes`.

        Args:
            h: The decoder's output, of shape (B, D · outputs) or (B, H, W, C · outputs). K samples have one more axis in
                front, (K, B, …), and two batch axes. If `outputs` is 2, the first half of the last axis holds the means and
                the second half the log-scales. The N logits of the levels of one channel lie next to each other.
            batch_axes: Number of leading axes that are not part of one x.
        """

    def check(self, x, name="x"):
        """Raise `UserError` unless the array x, called `name` in the message, lies in the range of this likelihood.

        Raises:
            UserError: x is empty, not numeric, not finite, out of range or between the levels. The message names the
            repair.
        """
        x = as_array(x, name)
        check_finite(x, name)
        if self.support != "real":
            check_unit(x, name, f"likelihood='{self.name}'")
        if self.support == "levels":
            check_levels(x, name, f"likelihood='{self.name}'", self.levels)


@keras.saving.register_keras_serializable("kvae")
@dataclasses.dataclass(frozen=True)
class BernoulliLikelihood(Likelihood):
    """Likelihood of binary data, and of grey values in [0, 1] by the cross-entropy convention. h holds logits.

    For grey values p(x|z) is not a normalised density, see `Bernoulli` (Kingma and Welling 2014, appendix C.1;
    Loaiza-Ganem and Cunningham 2019).
    """

    name = "bernoulli"
    support = "unit"

    def __call__(self, h, batch_axes=1):
        return Bernoulli(h, event=_event(h, batch_axes))


@dataclasses.dataclass(frozen=True)
class LocationScaleLikelihood(Likelihood):
    """Location-scale likelihood of real data. h holds the means and, if `scale` is None, the log-scales.

    A learnt scale has a value for each dimension and example. Its logarithm is bounded to [−7, 7]. The class is abstract;
    a subclass names the distribution.
    """

    scale: float | None = 1.0

    distribution: ClassVar[type]
    support = "real"

    def __post_init__(self):
        _check_scale(self.scale)

    @property
    def outputs(self):
        return 2 if self.scale is None else 1

    def __call__(self, h, batch_axes=1):
        return self.distribution(*_loc_and_log_scale(h, self.scale), event=_event(h, batch_axes))


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


@keras.saving.register_keras_serializable("kvae")
@dataclasses.dataclass(frozen=True)
class LogisticLikelihood(Likelihood):
    """Likelihood of pixels on evenly spaced levels: the discretised logistic. h holds the means, then the log-scales.

    The log-scales are bounded to [−7, 7], one for each dimension and example.
    """

    levels: int = 256

    name = "logistic"
    support = "levels"

    def __post_init__(self):
        _check_level_count(self.levels)

    @property
    def outputs(self):
        return 2

    def __call__(self, h, batch_axes=1):
        return DiscretizedLogistic(*_loc_and_log_scale(h, None), levels=self.levels, event=_event(h, batch_axes))


@keras.saving.register_keras_serializable("kvae")
@dataclasses.dataclass(frozen=True)
class CategoricalLikelihood(Likelihood):
    """Likelihood of pixels on evenly spaced levels: one softmax over all levels. h holds the logits."""

    levels: int = 256

    name = "categorical"
    support = "levels"

    def __post_init__(self):
        _check_level_count(self.levels)

    @property
    def outputs(self):
        return self.levels

    def __call__(self, h, batch_axes=1):
        _check_channels(h, self.levels)
        shape = (*ops.shape(h)[:-1], h.shape[-1] // self.levels, self.levels)
        return CategoricalLevels(ops.reshape(h, shape), event=_event(h, batch_axes))


LIKELIHOODS = {
    likelihood.name: likelihood
    for likelihood in (
        BernoulliLikelihood,
        NormalLikelihood,
        LaplaceLikelihood,
        LogisticLikelihood,
        CategoricalLikelihood,
    )
}
"""Likelihoods by the name that `get` takes."""


def get(likelihood):
    """Return the likelihood given by itself, its name or its Keras configuration.

    Raises:
        UserError: `likelihood` is none of these. The message suggests the nearest name.
    """
    if isinstance(likelihood, str) and likelihood in LIKELIHOODS:
        return LIKELIHOODS[likelihood]()
    found = keras.saving.deserialize_keras_object(likelihood) if isinstance(likelihood, dict) else likelihood
    if isinstance(found, Likelihood):
        return found
    repair = hint(str(likelihood), LIKELIHOODS) or " Choose one of them, or pass a kvae.distributions.Likelihood."
    raise UserError(
        f"Expected a likelihood: {', '.join(map(repr, LIKELIHOODS))}. Received: likelihood={likelihood!r}.{repair}"
    )


def _event(h, batch_axes):
    return len(h.shape) - batch_axes


def _loc_and_log_scale(h, scale):
    if scale is not None:
        return h, math.log(scale)
    _check_channels(h, 2)
    loc, log_scale = ops.split(h, 2, axis=-1)
    return loc, bounded_log_scale(log_scale)


def _check_channels(h, outputs):
    if h.shape[-1] % outputs:
        raise UserError(
            f"Expected a decoder with {outputs} outputs for every channel of the data. "
            f"Received: channels={h.shape[-1]}. Multiply the decoder's last size by `likelihood.outputs`."
        )


def _check_scale(scale):
    if scale is not None and not (isinstance(scale, int | float) and 0 < scale < math.inf):
        raise UserError(f"Expected scale to be a positive number, or None to learn it. Received: scale={scale!r}.")


def _check_level_count(levels):
    if not (isinstance(levels, int) and levels >= 2):
        raise UserError(f"Expected levels to be an integer of at least 2. Received: levels={levels!r}.")
