"""A number as a function of the epoch.

Every schedule is a frozen dataclass: `schedule(epoch)` gives its value after `epoch` epochs (a float: within an epoch it
may be asked between two). Nothing is remembered, so a resumed run goes on exactly where it was.
"""

import dataclasses
import math
from collections.abc import Mapping
from typing import Protocol


class Schedule(Protocol):
    def __call__(self, epoch: float) -> float: ...


@dataclasses.dataclass(frozen=True)
class Constant:
    """`value`, always."""

    value: float

    def __call__(self, epoch: float) -> float:
        return self.value


@dataclasses.dataclass(frozen=True)
class Linear:
    """`start` for `delay` epochs, then a straight line that reaches `end` after `length` more (Bowman et al. 2016, 3.1)."""

    start: float
    end: float
    length: float
    delay: float = 0.0

    def __call__(self, epoch: float) -> float:
        return self.start + (self.end - self.start) * _progress(epoch, self.delay, self.length)


@dataclasses.dataclass(frozen=True)
class Sigmoid:
    """From `start` to `end` along 1/(1+exp(−(epoch−middle)/width)), half-way at `middle` (Bowman et al. 2016, fig. 2)."""

    start: float
    end: float
    middle: float
    width: float = 1.0

    def __call__(self, epoch: float) -> float:
        # The two-sided form of the logistic function: neither side can overflow.
        return self.start + (self.end - self.start) * 0.5 * (1 + math.tanh(0.5 * (epoch - self.middle) / self.width))


@dataclasses.dataclass(frozen=True)
class Cosine:
    """`start` for `delay` epochs, then half a cosine wave to `end` over `length` epochs."""

    start: float
    end: float
    length: float
    delay: float = 0.0

    def __call__(self, epoch: float) -> float:
        progress = _progress(epoch, self.delay, self.length)
        return self.start + (self.end - self.start) * 0.5 * (1 - math.cos(math.pi * progress))


@dataclasses.dataclass(frozen=True)
class OneCycle:
    """From `start` in half a cosine wave up to 1 at `warm` of `length` epochs, and in another down to `end` (Smith and
    Topin 2018)."""

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
    """Again and again from `start` to `end`: in each cycle of `period` epochs a line over the first `ramp` of it, then
    `end` for the rest (Fu et al. 2019, eq. 6: M cycles, R = `ramp`)."""

    start: float
    end: float
    period: float
    ramp: float = 0.5

    def __call__(self, epoch: float) -> float:
        phase = (epoch % self.period) / self.period
        return self.start + (self.end - self.start) * min(1.0, phase / self.ramp)


@dataclasses.dataclass(frozen=True)
class Exponential:
    """`start` · `rate`^epoch."""

    start: float
    rate: float

    def __call__(self, epoch: float) -> float:
        return self.start * self.rate**epoch


@dataclasses.dataclass(frozen=True)
class Stages:
    """Constant between milestones: the value of the last milestone (epoch: value) that has been reached."""

    milestones: Mapping[float, float]

    def __post_init__(self):
        if 0 not in self.milestones:
            raise ValueError(f"Expected a value for epoch 0. Received: milestones={dict(self.milestones)}.")

    def __call__(self, epoch: float) -> float:
        return self.milestones[max(e for e in self.milestones if e <= epoch)]


def _progress(epoch: float, delay: float, length: float) -> float:
    """0 until `delay`, 1 from `delay` + `length` on, linear between."""
    if length <= 0:
        return float(epoch >= delay)
    return min(1.0, max(0.0, (epoch - delay) / length))
