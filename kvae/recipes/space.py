"""Ranges of a recipe's parameters: what a search may choose from."""

import dataclasses
import math

from kvae.errors import UserError


@dataclasses.dataclass(frozen=True)
class Between:
    """Numbers from `low` to `high`, ends included: whole ones when both ends are; `log`: evenly spread on a log scale."""

    low: float
    high: float
    log: bool = False

    def __post_init__(self):
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise UserError(f"Expected a range with low < high. Received: {self.low}:{self.high}.")
        if self.log and self.low <= 0:
            raise UserError(f"Expected a range above 0 on a log scale. Received: {self.low}:{self.high}:log.")

    @property
    def ends(self) -> tuple:
        return (self.low, self.high)

    def ask(self, hp, name: str, default):
        """A value from KerasTuner's `HyperParameters`."""
        inside = isinstance(default, int | float) and self.low <= default <= self.high
        options = {"sampling": "log" if self.log else "linear", "default": default if inside else None}
        if isinstance(self.low, float) or isinstance(self.high, float):
            return hp.Float(name, self.low, self.high, **options)
        return min(hp.Int(name, self.low, self.high, **options), self.high)  # on a log scale it may be one more

    def of(self, kind: type) -> "Between":
        """The same for a parameter of `kind`: a float's ends are floats, so that what lies between is too."""
        return Between(float(self.low), float(self.high), self.log) if kind is float else self

    def __str__(self):
        return f"{self.low:g} to {self.high:g}" + (", log scale" if self.log else "")


@dataclasses.dataclass(frozen=True, init=False)
class OneOf:
    """One of `values`."""

    values: tuple

    def __init__(self, *values):
        if len(set(values)) < 2:
            raise UserError(f"Expected at least two values to choose from. Received: {values}.")
        if {type(value) for value in values} == {int, float}:
            values = tuple(map(float, values))
        if len({type(value) for value in values}) > 1 or not isinstance(values[0], int | float | str):
            raise UserError(f"Expected numbers or texts of one kind to choose from. Received: {values}.")
        object.__setattr__(self, "values", values)

    @property
    def ends(self) -> tuple:
        return self.values

    def ask(self, hp, name: str, default):
        """A value from KerasTuner's `HyperParameters`."""
        return hp.Choice(name, list(self.values), default=default if default in self.values else None)

    def of(self, kind: type) -> "OneOf":
        """The same for a parameter of `kind`."""
        return OneOf(*map(float, self.values)) if kind is float else self

    def __str__(self):
        return "one of " + ", ".join(map(str, self.values))


def parse_space(text: str) -> Between | OneOf:
    """What stands behind NAME= in --vary: LOW:HIGH, LOW:HIGH:log or A,B,C."""
    if "," in text:
        return OneOf(*(_number(part) for part in text.split(",")))
    low, _, rest = text.partition(":")
    high, _, scale = rest.partition(":")
    ends = _number(low), _number(high)
    if not all(isinstance(end, int | float) for end in ends) or scale not in ("", "log"):
        raise UserError(f"Expected LOW:HIGH, LOW:HIGH:log or A,B,C. Received: {text}.")
    return Between(*ends, log=scale == "log")


def _number(text: str):
    """`text` as an int, a float, or itself."""
    for kind in (int, float):
        try:
            return kind(text.strip())
        except ValueError:
            continue
    return text.strip()
