"""Ranges that a search over a recipe's parameters may choose from."""

import dataclasses
import math

from kvae.errors import UserError


@dataclasses.dataclass(frozen=True)
class Between:
    """A range of numbers.

    Args:
        low, high: ends of the range, both included. Values are integers if both ends are.
        log: True if values are spread evenly on a log scale.
    """

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
        """The smallest and the largest value."""
        return (self.low, self.high)

    def ask(self, hp, name: str, default):
        """Declare the parameter `name` in `hp`, KerasTuner's `HyperParameters`, and return its value there."""
        inside = isinstance(default, int | float) and self.low <= default <= self.high
        options = {"sampling": "log" if self.log else "linear", "default": default if inside else None}
        if isinstance(self.low, float) or isinstance(self.high, float):
            return hp.Float(name, self.low, self.high, **options)
        # On a log scale KerasTuner may return the upper end plus one.
        return min(hp.Int(name, self.low, self.high, **options), self.high)

    def of(self, kind: type) -> "Between":
        """Return the range for a parameter of type `kind`. For float both ends become floats, so that all values do."""
        return Between(float(self.low), float(self.high), self.log) if kind is float else self

    def __str__(self):
        return f"{self.low:g} to {self.high:g}" + (", log scale" if self.log else "")


@dataclasses.dataclass(frozen=True, init=False)
class OneOf:
    """A choice between `values`: numbers or texts."""

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
        """All values, each of which must suit the parameter. A choice has no other ends."""
        return self.values

    def ask(self, hp, name: str, default):
        """Declare the parameter `name` in `hp`, KerasTuner's `HyperParameters`, and return its value there."""
        return hp.Choice(name, list(self.values), default=default if default in self.values else None)

    def of(self, kind: type) -> "OneOf":
        """Return the choice for a parameter of type `kind`. For float all values become floats."""
        return OneOf(*map(float, self.values)) if kind is float else self

    def __str__(self):
        return "one of " + ", ".join(map(str, self.values))


Space = Between | OneOf


def parse_space(text: str) -> Space:
    """Return the range that `text` describes: LOW:HIGH, LOW:HIGH:log or A,B,C."""
    if "," in text:
        return OneOf(*(_number(part) for part in text.split(",")))
    low, _, rest = text.partition(":")
    high, _, scale = rest.partition(":")
    first, last = _number(low), _number(high)
    if isinstance(first, str) or isinstance(last, str) or scale not in ("", "log"):
        raise UserError(f"Expected LOW:HIGH, LOW:HIGH:log or A,B,C. Received: {text}.")
    return Between(first, last, log=scale == "log")


def _number(text: str) -> int | float | str:
    """Return `text` as an int or a float if it is one, and otherwise without surrounding spaces."""
    for kind in (int, float):
        try:
            return kind(text.strip())
        except ValueError:
            continue
    return text.strip()
