"""A run directory: what training writes, and what resuming, evaluating and sharing read.

    config.json     recipe, resolved parameters, seed, backend, versions, fingerprint of the data
    history.csv     a line per epoch
    checkpoint/     model.json (architecture and optimizers) and state.npz (everything that an exact resume needs)
    model.keras     the trained model, for `keras.saving.load_model`
    metrics.json    figures on held-out data
    images/         samples and reconstructions by epoch, curves
    tensorboard/    the same figures for TensorBoard

Every file appears whole or not at all.
"""

import csv
import os
from pathlib import Path

import keras
import numpy as np

from kvae.errors import UserError, first_line
from kvae.evaluation.renamed import current
from kvae.files import atomic, read_json, write_csv, write_json
from kvae.training import checkpoint


class Run:
    """One run directory."""

    def __init__(self, path: str | os.PathLike):
        self.path = Path(path)

    @classmethod
    def create(cls, path: str | os.PathLike, config: dict) -> "Run":
        """Makes a new run directory. Refuses a folder that already holds something."""
        run = cls(path)
        if run.path.is_file() or (run.path.is_dir() and any(run.path.iterdir())):
            raise UserError(
                f"Expected a new or empty folder. Received: out={run.path}, which holds files. "
                f"Choose another, or go on with it by --resume {run.path}."
            )
        run.path.mkdir(parents=True, exist_ok=True)
        write_json(run.path / "config.json", config)
        return run

    @classmethod
    def open(cls, path: str | os.PathLike) -> "Run":
        """An existing run directory."""
        run = cls(path)
        if not run.path.is_dir():
            raise UserError(f"Expected a run directory. Received: {run.path}, which does not exist.")
        if not (run.path / "config.json").is_file():
            raise UserError(f"Expected a run directory. Received: {run.path}, which holds no config.json.")
        if (run.path / "card.json").is_file():
            raise UserError(f"Expected a run directory. Received: {run.path}, a preset. Training goes on from runs.")
        return run

    @property
    def config(self) -> dict:
        return read_json(self.path / "config.json")

    @property
    def metrics(self) -> dict | None:
        """The report in metrics.json, with the present names of values, or None if there is none."""
        path = self.path / "metrics.json"
        if not path.is_file():
            return None
        report = read_json(path)
        return report | {part: current(report[part]) for part in ("metrics", "skipped") if part in report}

    @property
    def images(self) -> Path:
        return self.path / "images"

    @property
    def state(self) -> Path:
        return self.path / "checkpoint" / "state.npz"

    @property
    def finished(self) -> bool:
        return (self.path / "model.keras").is_file()

    # ------------------------------------------------------------------ the model

    def save_architecture(self, model) -> None:
        described = {"model": keras.saving.serialize_keras_object(model), "compile": model.get_compile_config()}
        write_json(self.path / "checkpoint" / "model.json", described)

    def mark_unfinished(self) -> None:
        """Removes what says that the run is finished: it goes on."""
        for name in ("model.keras", "metrics.json"):
            (self.path / name).unlink(missing_ok=True)

    def save_model(self, model) -> None:
        with atomic(self.path / "model.keras") as temporary:
            model.save(temporary)

    def load_model(self):
        """The trained model; of an unfinished run, the model of its last checkpoint."""
        try:
            return self._load_finished() if self.finished else self._load_checkpoint()
        except UserError:
            raise
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(f"Expected a whole model. Received: that of {self.path} ({first_line(error)}).") from error

    def _load_finished(self):
        return keras.saving.load_model(self.path / "model.keras")

    def _load_checkpoint(self):
        if not self.state.is_file():
            raise UserError(
                f"Expected a run with at least one finished epoch. Received: {self.path}, which has no checkpoint yet. "
                f"Go on with it: kvae train --resume {self.path}"
            )
        described = read_json(self.path / "checkpoint" / "model.json")
        model = keras.saving.deserialize_keras_object(described["model"])
        model.compile_from_config(described["compile"])
        checkpoint.restore(self.state, model)
        return model

    def save_metrics(self, report: dict) -> None:
        """Writes figures of the model, beside those that are known of the same examples and were not computed anew."""
        former = self.metrics
        if former is not None and all(former.get(key) == report[key] for key in ("data", "n")):
            for part in ("metrics", "skipped"):
                report = {**report, part: {**former.get(part, {}), **report[part]}}
        write_json(self.path / "metrics.json", report)

    # ------------------------------------------------------------------ history

    def history(self) -> dict[str, np.ndarray]:
        """Columns of history.csv; empty before the first epoch ends."""
        path = self.path / "history.csv"
        if not path.is_file():
            return {}
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        return {name: np.array([float(row[name] or "nan") for row in rows]) for name in (rows[0] if rows else {})}

    def write_history(self, epochs: list[dict]) -> None:
        """Writes history.csv anew from all epochs so far, so that a kill can neither halve nor double a line."""
        write_csv(self.path / "history.csv", epochs)
