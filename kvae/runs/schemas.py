"""Schemas of the files of a run. Each kind of file has one reader, which raises one `UserError` if the file is not valid."""

import csv
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from annotated_types import Ge
from pydantic import Field

from kvae.errors import UserError, first_line
from kvae.files.schemas import Schema, Seed, checked

LARGEST = float(np.finfo(np.float32).max)
"""Largest absolute value in a history. The losses are computed in 32 bits."""


class DataEntry(Schema):
    """The data set of a run."""

    name: str
    fingerprint: str
    labels: list[str] | None = None


class Config(Schema):
    """The file config.json."""

    recipe: str
    parameters: dict[str, Any]
    seed: Seed
    data: DataEntry
    backend: str
    threads: int | None = None
    precision: Literal["float32", "bfloat16"] = "float32"
    versions: dict[str, str] = Field(default_factory=dict)
    warm_start: str | None = None


class Metrics(Schema):
    """The file metrics.json."""

    data: str
    n: Annotated[int, Ge(0)]
    precision: str = "float32"
    metrics: dict[str, float | int | str | list | None]
    skipped: dict[str, str] = Field(default_factory=dict)
    weights: str | None = None


class Tracking(Schema):
    """The file tracking.json."""

    key: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


class Architecture(Schema):
    """The file checkpoint/model.json."""

    model: dict[str, Any]


class Progress(Schema):
    """The progress in a checkpoint: the metrics of each epoch."""

    epochs: list[dict[str, float | int]]


class Best(Schema):
    """The progress in the file of the best epoch: its number."""

    epoch: Annotated[int, Ge(1)]


def read_best(value: Any, path: Path) -> int:
    """Return the number of the best epoch in `value`, the progress that the file at `path` holds."""
    return checked(value, Best, path)["epoch"]


def read_progress(value: Any, path: Path) -> list[dict[str, float]]:
    """Return the metrics of each epoch in `value`, the progress that the checkpoint at `path` holds."""
    epochs = checked(value, Progress, path)["epochs"]
    if [row.get("epoch") for row in epochs] != list(range(1, len(epochs) + 1)):
        raise UserError(
            f"Expected a whole {path.name}, as kvae wrote it. Received: {path} (its epochs are not 1, 2, …)."
        )
    return epochs


def read_history(path: Path) -> dict[str, np.ndarray]:
    """Return the columns of the CSV file at `path`, which must hold the epochs 1, 2, … in the column "epoch"."""
    try:
        with open(path, newline="", encoding="utf-8") as file:
            names, *rows = list(csv.reader(file, strict=True)) or [[]]
        columns = np.array([[float(cell or "nan") for cell in row] for row in rows]).reshape(len(rows), len(names)).T
        found = dict(zip(names, columns, strict=True))
        if len(found) < len(names) or (np.abs(columns) > LARGEST).any():
            raise ValueError("a column occurs twice, or a value is too large")
        if not np.array_equal(found["epoch"], np.arange(1, len(rows) + 1)):
            raise ValueError("its epochs are not 1, 2, …")
    except (ValueError, OverflowError, KeyError, csv.Error) as error:  # not UTF-8, not numbers, or not a table
        reason = "it has no column epoch" if isinstance(error, KeyError) else first_line(error)
        raise UserError(f"Expected the history of a training. Received: {path} ({reason}).") from error
    return found if rows else {}
