"""Base class of the families of likelihoods, and the checks that they share."""

import abc
import math
from typing import ClassVar

import numpy as np
from keras import ops

from kvae.backends.arrays import as_array
from kvae.distributions.base import Configuration
from kvae.distributions.checks import check_finite, check_levels, check_unit
from kvae.distributions.scales import bounded_log_scale
from kvae.errors import UserError


class Likelihood(abc.ABC):
    """A map from a decoder's output h to the distribution of the data, with the range of these data.

    A family without weights is a frozen dataclass, one with weights is a Keras layer; both are saved with the model.
    """

    name: ClassVar[str]
    """Name that `get` takes."""

    support: ClassVar[str]
    """Range of the data: "real" (any finite number), "unit" ([0, 1]) or "levels" (k / (levels − 1))."""

    levels: int
    """Number of levels of a likelihood with the support "levels"."""

    density: ClassVar[bool] = False
    """True if p(x|z) is a density of continuous data, False if it is a probability of binary or discrete data."""

    @abc.abstractmethod
    def outputs(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of the decoder's output for data of `shape`, (D,) or (H, W, C)."""

    @abc.abstractmethod
    def __call__(self, h, batch_axes: int = 1, training: bool = False):
        """Return the distribution of the data. Its event is all axes but the first `batch_axes`.

        Args:
            h: the decoder's output, (B,) + `outputs(shape)`. K samples have one more axis in front, (K, B, …), and two
                batch axes. The class describes the order of the channels.
            batch_axes: number of leading axes that are not part of one x.
            training: True in training. A family with weights may then depend on the batch.
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

    def nearest(self, x: np.ndarray) -> np.ndarray:
        """Return the array of data in the range of this likelihood that are nearest to the array x."""
        if self.support == "real":
            return x
        x = np.clip(x, 0, 1)
        return x if self.support == "unit" else np.round(x * (self.levels - 1)) / (self.levels - 1)


class ChannelwiseLikelihood(Configuration, Likelihood):
    """A likelihood whose decoder returns the same number of channels, `parameters`, for each channel of the data."""

    @property
    def parameters(self) -> int:
        """Number of parameters of each channel of the data."""
        return 1

    def outputs(self, shape):
        *sides, channels = shape
        return (*sides, channels * self.parameters)


def event_of(h, batch_axes: int) -> int:
    """Return the number of axes of h that belong to one x."""
    return len(h.shape) - batch_axes


def loc_and_log_scale(h, scale: float | None):
    """Return the means and the log-scales in h. If `scale` is given, h holds only means."""
    if scale is not None:
        return h, math.log(scale)
    check_channels(h, 2)
    loc, log_scale = ops.split(h, 2, axis=-1)
    return loc, bounded_log_scale(log_scale)


def check_channels(h, parameters: int) -> None:
    """Raise `UserError` unless the channels of h are a multiple of `parameters`."""
    if h.shape[-1] % parameters:
        raise UserError(
            f"Expected a decoder with {parameters} outputs for every channel of the data. "
            f"Received: channels={h.shape[-1]}. Make a decoder whose output has the shape `likelihood.outputs(shape)`."
        )


def check_count_of_levels(levels) -> None:
    """Raise `UserError` unless `levels` is an integer of at least 2."""
    if not (isinstance(levels, int) and levels >= 2):
        raise UserError(f"Expected levels to be an integer of at least 2. Received: levels={levels!r}.")
