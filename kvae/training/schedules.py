"""Schedules: numbers as functions of the epoch.

Every schedule is a frozen dataclass. `schedule(epoch)` returns the value after `epoch` epochs. `epoch` is a float, so that
the value can change within an epoch. A schedule has no state, so that a resumed run continues exactly.
"""

import dataclasses
import math
from collections.abc import Mapping
from typing import Protocol


class Schedule(Protocol):
    """A function from the number of epochs since the start of training to a value."""

    def __call__(self, epoch: float) -> float: ...


@dataclasses.dataclass(frozen=True)
class Constant:
    """The same `value` in every epoch."""

    value: float

    def __call__(self, epoch: float) -> float:
        return self.value


@dataclasses.dataclass(frozen=True)
class Linear:
    """The value `start` for `delay` epochs, then a line that reaches `end` after `length` more epochs (Bowman et al. 2016,
    section 3.1).

    `constant_then_falling` returns the one of CycleGAN and pix2pix.
    """

    start: float
    end: float
    length: float
    delay: float = 0.0

    def __call__(self, epoch: float) -> float:
        return self.start + (self.end - self.start) * _progress(epoch, self.delay, self.length)


@dataclasses.dataclass(frozen=True)
class Sigmoid:
    """A curve from `start` to `end` along 1/(1+exp(−(epoch−middle)/width)), half-way at `middle` (Bowman et al., fig. 2)."""

    start: float
    end: float
    middle: float
    width: float = 1.0

    def __call__(self, epoch: float) -> float:
        # The logistic function as a tanh, which overflows on neither side.
        return self.start + (self.end - self.start) * 0.5 * (1 + math.tanh(0.5 * (epoch - self.middle) / self.width))


@dataclasses.dataclass(frozen=True)
class Cosine:
    """The value `start` for `delay` epochs, then half a cosine wave to `end` over `length` epochs."""

    start: float
    end: float
    length: float
    delay: float = 0.0

    def __call__(self, epoch: float) -> float:
        progress = _progress(epoch, self.delay, self.length)
        return self.start + (self.end - self.start) * 0.5 * (1 - math.cos(math.pi * progress))


@dataclasses.dataclass(frozen=True)
class OneCycle:
    """A factor that rises from `start` to 1 and falls to `end`, each along half a cosine wave (Smith and Topin 2018).

    The rise takes the share `warm` of `length` epochs, the fall takes the rest.
    """

    length: float
    start: float = 0.1
    end: float = 0.005
    warm: float = 0.2

    def __call__(self, epoch: float) -> float:
        peak = self.warm * self.length
        if epoch < peak:
            return Cosine(self.start, 1.0, peak)(epoch)
        return Cosine(1.0, self.end, self.length - peak, delay=peak)(epoch)


@dataclasses.dataclass(frozen=True)
class Cyclical:
    """Cycles from `start` to `end` (Fu et al. 2019, eq. 6, with R = `ramp` and T/M = `period`).

    A cycle takes `period` epochs. The value rises linearly from `start` to `end` in the first share `ramp` of the cycle, and
    is `end` for the rest.
    """

    start: float
    end: float
    period: float
    ramp: float = 0.5

    def __call__(self, epoch: float) -> float:
        position = (epoch % self.period) / self.period
        return self.start + (self.end - self.start) * min(1.0, position / self.ramp)


@dataclasses.dataclass(frozen=True)
class Exponential:
    """Exponential decay or growth, `start` · `rate`^epoch."""

    start: float
    rate: float

    def __call__(self, epoch: float) -> float:
        return self.start * self.rate**epoch


@dataclasses.dataclass(frozen=True)
class Stages:
    """A piecewise constant value: that of the last milestone {epoch: value} that has been reached."""

    milestones: Mapping[float, float]

    def __post_init__(self):
        if 0 not in self.milestones:
            raise ValueError(f"Expected a value for epoch 0. Received: milestones={dict(self.milestones)}.")

    def __call__(self, epoch: float) -> float:
        return self.milestones[max(e for e in self.milestones if e <= epoch)]


def constant_then_falling(epochs: float) -> Linear:
    """Return the factor 1 for the first half of `epochs`, which then falls to 0 along a line (Zhu et al. 2017, section 4).

    It is the factor of the learning rates of CycleGAN and, in its authors' code, of pix2pix.
    """
    return Linear(1.0, 0.0, length=epochs / 2, delay=epochs / 2)


def _progress(epoch: float, delay: float, length: float) -> float:
    """Return 0 until `delay`, 1 from `delay` + `length`, and a line between them."""
    if length <= 0:
        return float(epoch >= delay)
    return min(1.0, max(0.0, (epoch - delay) / length))
