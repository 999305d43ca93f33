"""What a search over a recipe's settings varies, and what it aims at.

A recipe declares it in a function `search() -> Search` beside its `data`, `model` and `training`. Nothing here imports
KerasTuner, which `kvae.tuning.tune` does.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

from kvae.errors import UserError
from kvae.evaluation import reporting
from kvae.recipes.space import Between, OneOf


@dataclasses.dataclass(frozen=True)
class Objective:
    """A value of a metric (`kvae.evaluation`) that a search minimises or maximises.

    Args:
        value: name of the value, such as "elbo" or "leakage.z".
        direction: "min" or "max".
        unit: how much of it weighs as much as one unit of another objective.
        enough: beyond this value nothing more is gained, such as an AUC of 0.5.
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
        metric = reporting(self.value)
        if metric is None:
            raise UserError(f"Expected an objective that a metric reports. Received: value={self.value!r}.")
        return metric.name

    @property
    def sign(self) -> int:
        return 1 if self.direction == "min" else -1

    def cost(self, value: float) -> float:
        """`value` in units, smaller is better."""
        if self.enough is not None:
            value = max(value, self.enough) if self.direction == "min" else min(value, self.enough)
        return self.sign * value / self.unit

    def __str__(self):
        enough = "" if self.enough is None else f", {self.enough:g} is enough"
        return f"{self.value}: {self.direction}, in units of {self.unit:g}{enough}"


@dataclasses.dataclass(frozen=True)
class Search:
    """What a search varies and what it aims at.

        score = Σ_i ± figure_i / unit_i,    + for "min" and − for "max": the search minimises it.

    The figures are unweighted ones (an ELBO at β = 1, a leakage, a likelihood): a weighted loss is smallest where its
    weights are.

    Args:
        vary: {name of a parameter: `Between` or `OneOf`}.
        objectives: what the score adds up. With two or more, those trials are kept as a front that no other beats in all.
        options: arguments of metrics, such as {"nll": {"samples": 50}}.
        monitor: a column of history.csv, to be large, by which hopeless trials are stopped; None stops none.
    """

    vary: Mapping[str, Between | OneOf]
    objectives: tuple[Objective, ...] = (Objective("elbo", "max"),)
    options: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
    monitor: str | None = "val_elbo"

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics that report the objectives."""
        return tuple(dict.fromkeys(objective.metric for objective in self.objectives))

    def describe(self) -> dict:
        """What `from_description` makes the same search of; for JSON."""
        vary = {n: list(s.values) if isinstance(s, OneOf) else dataclasses.asdict(s) for n, s in self.vary.items()}
        objectives = [dataclasses.asdict(objective) for objective in self.objectives]
        return {"vary": vary, "objectives": objectives, "options": dict(self.options), "monitor": self.monitor}

    @classmethod
    def from_description(cls, described: Mapping) -> "Search":
        vary = {n: OneOf(*s) if isinstance(s, list) else Between(**s) for n, s in described["vary"].items()}
        objectives = tuple(_objective(**objective) for objective in described["objectives"])
        return cls(vary, objectives, described["options"], described["monitor"])

    def score(self, figures: Mapping[str, float]) -> float:
        """The sum that the search minimises."""
        return float(sum(o.cost(figures[o.value]) for o in self.objectives))

    def check(self, recipe) -> "Search":
        """This search, with numbers of the kinds that `recipe` takes. Raises `UserError` where it does not fit."""
        if not self.vary:
            raise UserError(
                f"Expected at least one parameter to vary. Received: none for {recipe.name}. Name some: --vary NAME=LOW:HIGH"
            )
        parameters, vary = recipe.parameters(), {}
        for name, space in self.vary.items():
            for value in space.ends:
                recipe.resolve({name: value})  # a sentence for an unknown name and for a value that does not suit
            kind = type(parameters[name].default)
            if kind is int and any(isinstance(end, float) for end in space.ends):
                raise UserError(f"Expected whole numbers for {name}. Received: {space}.")
            vary[name] = space.of(kind)
            if name.startswith("data.") or name == "epochs":
                raise UserError(
                    f"Expected parameters of the model or of its training. Received: {name}, "
                    "which decides what trials are compared on."
                )
        return dataclasses.replace(self, vary=vary)


def _objective(value: str = "", figure: str = "", metric: str = "", **others) -> Objective:
    """Return an objective from its description. Version 0.1.0 called the value `figure` and stored its `metric`."""
    return Objective(value or figure, **others)


def without(search: Search, settings: Mapping[str, Any]) -> Search:
    """`search` without the parameters that `settings` fix."""
    vary = {name: space for name, space in search.vary.items() if name not in settings}
    return dataclasses.replace(search, vary=vary)


def pareto_front(costs) -> list[int]:
    """Indices of the rows of `costs` (N, objectives) that no other row beats in one and equals or beats in all."""
    rows = [tuple(row) for row in costs]

    def beaten(row):
        return any(other != row and all(a <= b for a, b in zip(other, row, strict=True)) for other in rows)

    return [i for i, row in enumerate(rows) if not beaten(row)]
