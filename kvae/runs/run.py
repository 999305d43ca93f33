"""The files of a run directory.

    config.json     recipe, parameters, seed, backend, versions, fingerprint of the data
    recipe.txt      the recipe's code when training began: a record, which nothing reads or runs
    history.csv     losses and monitored values, a line per epoch
    checkpoint/     model.json (architecture), state.npz (everything that an exact resume needs), best.npz (weights of the
                    best epoch, if the recipe keeps it)
    model.keras     the trained model, for `keras.saving.load_model`
    sampler.npz     a density of the latent codes of the trained model (`kvae.latent.samplers`)
    metrics.json    metrics on held-out data, and the SHA-256 checksum of the weights that they describe
    images/         samples and reconstructions by epoch, curves
    tensorboard/    the history for TensorBoard
    tracking.json   the key of the run in other trackers, if there are any
    .lock           the process that trains the run at present

Every file is written completely or not at all. The directories of version 0.1.0 can be read.
"""

import functools
import logging
import os
import shlex
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from kvae import upgrade
from kvae.errors import UserError, printable
from kvae.evaluation.renamed import current, current_reasons
from kvae.evaluation.samplers import without_fitted
from kvae.files import LOCK, InUse, atomic, locked, require_new, sha256, write_csv, write_json
from kvae.files.schemas import read
from kvae.latent.samplers import KINDS, Sampler, read_sampler, write_sampler
from kvae.loading import build, load_archive, without_training
from kvae.runs import schemas
from kvae.training import checkpoint

logger = logging.getLogger(__name__)


class Run:
    """One run directory."""

    def __init__(self, path: str | os.PathLike):
        self.path = Path(path)

    def __repr__(self):
        return printable(f"<Run {self.path}{'' if self.finished else ', not finished'}>")

    @classmethod
    def create(cls, path: str | os.PathLike, config: dict) -> "Run":
        """Make a new run directory. Raise `UserError` if the folder exists and is not empty."""
        run = cls(path)
        require_new(run.path)
        run.path.mkdir(parents=True, exist_ok=True)
        write_json(run.path / "config.json", config)
        return run

    @classmethod
    def open(cls, path: str | os.PathLike) -> "Run":
        """Return an existing run. Raise `UserError` if `path` is not a run directory."""
        run = cls(path)
        if not run.path.is_dir():
            raise UserError(f"Expected a run directory. Received: {run.path}, which does not exist.")
        if not (run.path / "config.json").is_file():
            raise UserError(f"Expected a run directory. Received: {run.path}, which holds no config.json.")
        if (run.path / "card.json").is_file():
            raise UserError(f"Expected a run directory. Received: {run.path}, a preset. Only a run can be resumed.")
        return run

    @property
    def config(self) -> dict:
        """The contents of config.json. Keys that earlier versions wrote have their present names."""
        return upgrade.rename_keys(read(self.path / "config.json", schemas.Config), upgrade.RUN)

    def save_recipe(self, code: bytes) -> None:
        """Write recipe.txt, the code of the recipe. It is a record for people: its file may change or be lost."""
        with atomic(self.path / "recipe.txt") as temporary:
            temporary.write_bytes(code)

    @property
    def metrics(self) -> dict | None:
        """The report in metrics.json, or None if there is none, or if it describes weights that the run no longer has.

        Metrics of earlier versions, which do not name the weights, have their present names.
        """
        path = self.path / "metrics.json"
        if not path.is_file():
            return None
        report = read(path, schemas.Metrics)
        if report.get("weights") not in (None, self.weights):
            logger.warning("%s is ignored, because it describes other weights. Evaluate the run again.", path)
            return None
        present = {"metrics": current, "skipped": current_reasons}
        return report | {part: renamed(report[part]) for part, renamed in present.items() if part in report}

    @property
    def images(self) -> Path:
        """The folder of images. Version 0.1.0 called it pictures."""
        former = self.path / "pictures"
        return former if former.is_dir() else self.path / "images"

    @property
    def state(self) -> Path:
        """The file of the last checkpoint."""
        return self.path / "checkpoint" / "state.npz"

    def tracking_key(self) -> str:
        """Return the text by which trackers find the record of this run. The first call writes it to tracking.json."""
        file = self.path / "tracking.json"
        if not file.is_file():
            write_json(file, {"key": uuid.uuid4().hex})
        return read(file, schemas.Tracking)["key"]

    @property
    def best(self) -> Path:
        """The file with the weights of the best epoch, if the recipe keeps it (`BestEpoch`)."""
        return self.path / "checkpoint" / "best.npz"

    @property
    def best_epoch(self) -> int | None:
        """Number of the epoch whose weights are kept, counted from 1; None if those of the last epoch are."""
        return schemas.read_best(checkpoint.read_progress(self.best), self.best) if self.best.is_file() else None

    @property
    def resume_command(self) -> str:
        """The command that resumes the run."""
        return f"kvae train --resume {shlex.quote(str(self.path))}"

    @property
    def weights(self) -> str | None:
        """SHA-256 checksum of the file that holds the present weights, or None if no epoch has ended."""
        file = self.path / "model.keras" if self.finished else self.state
        if not file.is_file():
            return None
        status = file.stat()
        return _checksum(file.absolute(), status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)

    @property
    def finished(self) -> bool:
        """True if training has ended."""
        return (self.path / "model.keras").is_file()

    def check_finished(self) -> None:
        """Raise `UserError` unless training has ended."""
        if not self.finished:
            raise UserError(f"The run {self.path} is not finished. Resume it: {self.resume_command}")

    # ------------------------------------------------------------------ the model

    def save_architecture(self, model) -> None:
        """Write checkpoint/model.json, from which the model is rebuilt without its recipe."""
        described = {"model": without_training(keras.saving.serialize_keras_object(model))}
        write_json(self.path / "checkpoint" / "model.json", described)

    def mark_unfinished(self) -> None:
        """Remove the files of a finished run, because training continues."""
        for name in ("model.keras", "metrics.json", "sampler.npz"):
            (self.path / name).unlink(missing_ok=True)

    def save_best(self, model, epoch: int) -> None:
        """Write the weights of the best epoch so far, whose number is `epoch`."""
        checkpoint.save_weights(self.best, model, {"epoch": epoch})

    def restore_best(self, model) -> None:
        """Assign the weights of the best epoch to `model`, if the run keeps it."""
        if self.best.is_file():
            checkpoint.restore_weights(self.best, model)

    def save_model(self, model) -> None:
        """Write model.keras, which marks the run as finished."""
        with atomic(self.path / "model.keras") as temporary:
            model.save(temporary)

    def load_model(self, own_classes: bool = False):
        """Return the trained model, or the model of the last checkpoint if the run is not finished.

        It is not compiled. A run may come from anyone, and is checked as a preset is (`kvae.loading`).

        Args:
            own_classes: True if the recipe of the run is a file that the user trusts. The classes that it registers are
                then accepted.
        """
        if self.finished:
            return load_archive(self.path / "model.keras", own_classes)
        if not self.state.is_file():
            raise UserError(
                f"The run {self.path} has no checkpoint, because its first epoch did not end. "
                f"Resume it: {self.resume_command}"
            )
        file = self.path / "checkpoint" / "model.json"
        model = build(read(file, schemas.Architecture), str(file), own_classes)
        checkpoint.restore_weights(self.state, model)
        return model

    def epochs(self) -> list[dict]:
        """Return the metrics of each epoch in the last checkpoint; [] if there is none."""
        if not self.state.is_file():
            return []
        return schemas.read_progress(checkpoint.read_progress(self.state), self.state)

    def restore(self, model) -> list[dict]:
        """Assign the state in the last checkpoint to `model`, and return the metrics of each epoch."""
        epochs = self.epochs()
        checkpoint.restore(self.state, model)
        return epochs

    def save_metrics(self, report: Mapping[str, Any]) -> None:
        """Write metrics.json, unless another process trains the run, or has done so since the metrics were computed.

        If the file holds metrics of the same weights, data and number of examples, those that `report` does not hold are
        kept.
        """
        try:
            with locked(self.path / LOCK, seconds=10):
                self._save_metrics(report)
        except InUse as error:
            logger.warning("The metrics are not saved. %s", error)

    def _save_metrics(self, report: Mapping[str, Any]) -> None:
        if report.get("weights") not in (None, self.weights):
            logger.warning(
                "The metrics are not saved: the run %s was trained further while they were computed. Evaluate it again.",
                self.path,
            )
            return
        former = self.metrics
        if former is not None and all(former.get(key) == report[key] for key in ("data", "n")):
            for part in ("metrics", "skipped"):
                report = {**report, part: {**former.get(part, {}), **report[part]}}
        write_json(self.path / "metrics.json", report)

    # ------------------------------------------------------------------ sampler

    @property
    def has_sampler(self) -> bool:
        """True if training has ended and a sampler of the trained model was fitted."""
        return self.finished and (self.path / "sampler.npz").is_file()

    def load_sampler(self) -> Sampler | None:
        """Return the sampler of the trained model, or None if there is none."""
        return read_sampler(self.path / "sampler.npz") if self.has_sampler else None

    def save_sampler(self, sampler: Sampler, weights: str | None) -> bool:
        """Write sampler.npz and return True, unless the run no longer has these weights or another process trains it.

        Metrics of samples from the former sampler are removed.

        Args:
            sampler: the sampler.
            weights: SHA-256 checksum of the weights to whose codes it was fitted, as `Run.weights` returns it.
        """
        try:
            with locked(self.path / LOCK, seconds=10):
                if current := self.finished and weights == self.weights:
                    if (report := self.metrics) is not None:
                        kept = without_fitted(report["metrics"], KINDS)
                        write_json(self.path / "metrics.json", {**report, "metrics": kept})
                    write_sampler(self.path / "sampler.npz", sampler)
        except InUse as error:
            logger.warning("The sampler is not saved. %s", error)
            return False
        if not current:
            logger.warning("The sampler is not saved: the run %s was trained further. Fit it again.", self.path)
        return current

    # ------------------------------------------------------------------ history

    def history(self) -> dict[str, np.ndarray]:
        """Return the columns of history.csv, or {} if no epoch has ended."""
        path = self.path / "history.csv"
        return schemas.read_history(path) if path.is_file() else {}

    def write_history(self, epochs: list[dict]) -> None:
        """Write history.csv again from all epochs so far, so that a kill can neither cut nor repeat a line."""
        write_csv(self.path / "history.csv", epochs)


@functools.lru_cache
def _checksum(file: Path, *identity: int) -> str:
    """Return the SHA-256 checksum of a file. It is computed once for each `identity`: its inode, size and times."""
    return sha256(file)
