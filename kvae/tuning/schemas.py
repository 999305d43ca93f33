"""Schemas of the files of a search. `kvae.files.schemas.read` reads them."""

from typing import Annotated, Any, Literal

from annotated_types import Ge
from pydantic import FiniteFloat

from kvae.files.schemas import Schema, Seed


class Range(Schema, extra="forbid"):
    """A range of numbers (`kvae.recipes.space.Between`)."""

    low: FiniteFloat
    high: FiniteFloat
    log: bool = False


class ObjectiveEntry(Schema, extra="forbid"):
    """An objective (`kvae.tuning.search.Objective`). Version 0.1.0 called the value `figure` and stored its `metric`."""

    value: str = ""
    figure: str = ""
    metric: str = ""
    direction: Literal["min", "max"]
    unit: FiniteFloat = 1.0
    enough: FiniteFloat | None = None


class Description(Schema):
    """The ranges and objectives of a search (`kvae.tuning.search.Search`)."""

    vary: dict[str, Range | list[float | int | str]]
    objectives: list[ObjectiveEntry]
    options: dict[str, dict[str, Any]]
    monitor: str | None


class SearchFile(Schema):
    """The file search.json."""

    recipe: str
    settings: dict[str, Any]
    search: Description
    tuner: str
    seed: Seed
    precision: Literal["float32", "bfloat16"] = "float32"
    trials: Annotated[int, Ge(1)]


class Score(Schema):
    """The file score.json of a trial. Its further keys are the objectives."""

    score: FiniteFloat
    parameters: dict[str, Any]
    epochs: Annotated[int, Ge(0)]
    stopped: bool
    seconds: FiniteFloat

    __pydantic_extra__: dict[str, FiniteFloat]


class Failure(Schema):
    """The file failed.json of a trial."""

    reason: str


class Display(Schema):
    """The times of trials, as KerasTuner displays them."""

    search_start: str | None
    trial_start: dict[str, str]
    trial_number: dict[str, int]


class OracleState(Schema):
    """The file oracle.json, which KerasTuner reads. The oracles add values of their own."""

    ongoing_trials: dict[str, str]
    hyperparameters: dict[str, Any]
    start_order: list[str]
    end_order: list[str]
    run_times: dict[str, int]
    retry_queue: list[str]
    seed: Seed
    seed_state: int
    tried_so_far: list[str]
    id_to_hash: dict[str, str | None]
    display: Display


class TrialState(Schema):
    """The file trial.json, which KerasTuner reads."""

    trial_id: str
    hyperparameters: dict[str, Any]
    metrics: dict[str, Any]
    score: FiniteFloat | None
    best_step: int | None
    status: str
    message: str | None
