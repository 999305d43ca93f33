"""A search over the parameters of a recipe: their ranges and the objectives.

The annotations of the recipe's parameters hold the ranges. A recipe with other objectives than the ELBO has a function
`search() -> Search`. This module does not import KerasTuner.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

from kvae.errors import UserError
from kvae.recipes.recipe import Recipe
from kvae.recipes.space import Between, OneOf, Space


@dataclasses.dataclass(frozen=True)
class Objective:
    """A value of a metric (`kvae.evaluation`) that a search minimises or maximises.

    Args:
        value: name of the value, such as "elbo" or "leakage.z".
        direction: "min" or "max".
        unit: amount of the value that weighs as much as one unit of another objective.
        enough: value beyond which nothing is gained, such as an AUC of 0.5.
    """

    value: str
    direction: Literal["min", "max"]
    unit: float = 1.0
    enough: float | None = None

    def __post_init__(self):
        if self.direction not in ("min", "max") or not self.unit > 0:
            raise UserError(
                "Expected an objective with direction min or max and a unit above 0. "
                f"Received: direction={self.direction!r}, unit={self.unit} for {self.value}."
            )

    @property
    def metric(self) -> str:
        """Name of the metric that reports the value. Raises `UserError` if no metric does."""
        from kvae.evaluation import reporting  # imports NumPy, which `kvae list` does not need
        from kvae.evaluation.renamed import current_name

        metric = reporting(self.value)
        if metric is None:
            present = current_name(self.value)
            repair = f" It is now called {present}." if present != self.value else ""
            raise UserError(f"Expected an objective that a metric reports. Received: value={self.value!r}.{repair}")
        return metric.name

    @property
    def sign(self) -> int:
        """1 for "min", −1 for "max"."""
        return 1 if self.direction == "min" else -1

    def cost(self, value: float) -> float:
        """Return `value` in units; smaller is better."""
        if self.enough is not None:
            value = max(value, self.enough) if self.direction == "min" else min(value, self.enough)
        return self.sign * value / self.unit

    def __str__(self):
        enough = "" if self.enough is None else f"; {self.enough:g} is enough"
        verb = "minimise" if self.direction == "min" else "maximise"
        return f"{verb} {self.value}, in units of {self.unit:g}{enough}"


@dataclasses.dataclass(frozen=True)
class Search:
    """Ranges and objectives of a search, which minimises

        score = Σ_i ± value_i / unit_i,    + for "min" and − for "max".

    The values are unweighted (an ELBO at β = 1, a leakage, a likelihood), because a weighted loss is smallest where its
    weights are.

    Args:
        vary: {name of a parameter: range}. A recipe's `search()` leaves it empty.
        objectives: terms of the score. With two or more objectives the search also keeps their Pareto front.
        options: arguments of metrics, such as {"nll": {"samples": 50}}.
        monitor: column of history.csv, the larger the better, by which the median stopping rule stops a trial; None
            for no rule.
    """

    vary: Mapping[str, Space] = dataclasses.field(default_factory=dict)
    objectives: tuple[Objective, ...] = (Objective("elbo", "max"),)
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    monitor: str | None = "val_elbo"

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics that report the objectives."""
        return tuple(dict.fromkeys(objective.metric for objective in self.objectives))

    def describe(self) -> dict:
        """Return a description for JSON, which `from_description` reads."""
        vary = {n: list(s.values) if isinstance(s, OneOf) else dataclasses.asdict(s) for n, s in self.vary.items()}
        objectives = [dataclasses.asdict(objective) for objective in self.objectives]
        return {"vary": vary, "objectives": objectives, "options": dict(self.options), "monitor": self.monitor}

    @classmethod
    def from_description(cls, described: Mapping) -> "Search":
        """Return the search of a description that `describe` returned."""
        vary = {n: OneOf(*s) if isinstance(s, list) else Between(**s) for n, s in described["vary"].items()}
        objectives = tuple(_objective(**objective) for objective in described["objectives"])
        return cls(vary, objectives, described["options"], described["monitor"])

    def score(self, values: Mapping[str, float]) -> float:
        """Return the sum that the search minimises."""
        return float(sum(o.cost(values[o.value]) for o in self.objectives))

    def without(self, settings: Mapping[str, Any]) -> "Search":
        """Return this search without the parameters that `settings` fix."""
        vary = {name: space for name, space in self.vary.items() if name not in settings}
        return dataclasses.replace(self, vary=vary)

    def check(self, recipe: Recipe) -> "Search":
        """Return this search with ranges of the types that `recipe` takes. Raises `UserError` if a range does not fit."""
        if not self.vary:
            raise UserError(
                f"Expected at least one parameter to vary. Received: none for {recipe.name}. "
                "Name some: --vary NAME=LOW:HIGH"
            )
        parameters, vary = recipe.parameters(), {}
        for name, space in self.vary.items():
            for value in space.ends:
                recipe.resolve({name: value})  # raises for an unknown name and for a value of the wrong type
            kind = type(parameters[name].default)
            if kind is int and any(isinstance(end, float) for end in space.ends):
                raise UserError(f"Expected whole numbers for {name}. Received: {space}.")
            vary[name] = space.of(kind)
            if name.startswith("data.") or name == "epochs":
                raise UserError(
                    "Expected parameters that do not change what the trials are compared on. "
                    f"Received: {name}. Fix it for all trials: --set {name}=VALUE"
                )
        return dataclasses.replace(self, vary=vary)


def _objective(value: str = "", figure: str = "", metric: str = "", **others) -> Objective:
    """Return an objective from its description. Version 0.1.0 called the value `figure` and stored its `metric`."""
    from kvae.evaluation.renamed import current_name

    return Objective(current_name(value or figure), **others)


def search_of(recipe: Recipe) -> Search:
    """Return the search of `recipe`: the ranges of its parameters, and the objectives of its `search()` if it has one."""
    declare = getattr(recipe.module, "search", Search)
    ranges = {name: p.space for name, p in recipe.parameters().items() if p.space is not None}
    declared = declare()
    return dataclasses.replace(declared, vary={**ranges, **declared.vary})


def pareto_front(costs) -> list[int]:
    """Return the indices of the Pareto front of `costs` (N, objectives).

    A row is on the front if no different row is at most as large in every objective. Equal rows are all kept.
    """
    rows = [tuple(row) for row in costs]

    def beaten(row):
        return any(other != row and all(a <= b for a, b in zip(other, row, strict=True)) for other in rows)

    return [i for i, row in enumerate(rows) if not beaten(row)]
