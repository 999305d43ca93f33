"""Recording the training of a recipe in trackers."""

import contextlib
import logging
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from kvae.callbacks.track import Track
from kvae.errors import UserError
from kvae.recipes.trained import Trained
from kvae.runs import Run
from kvae.tracking import Record, Tracker

logger = logging.getLogger(__name__)


@contextlib.contextmanager
def tracked(run: Run, trackers: Sequence[Tracker]) -> Iterator[list[Track]]:
    """Yield the callbacks that record a run. After the block, the trained model is recorded as a preset."""
    callbacks = []
    if trackers:
        record = _record(run)
        callbacks = [Track(tracker, run, record) for tracker in trackers]
    finished = False
    try:
        yield callbacks
        _record_preset(run, callbacks)
        finished = True
    finally:
        for callback in callbacks:
            callback.end(finished)


def _record(run: Run) -> Record:
    """Return the facts with which the record of a run begins."""
    config, folder = run.config, run.path.resolve()
    facts = {"recipe": config["recipe"], "seed": config["seed"], "backend": config["backend"], "run": str(folder)}
    return Record(run.tracking_key(), str(run.path), {**config["parameters"], **facts}, folder)


def _record_preset(run: Run, callbacks: Sequence[Track]) -> None:
    if not callbacks:
        return
    with tempfile.TemporaryDirectory() as folder:
        try:
            Trained(run).export(folder)
        except UserError as error:  # a model with code of its own has no preset
            logger.warning("The preset is not recorded: %s", error)
            return
        for callback in callbacks:
            callback.preset(run.path.resolve().name, Path(folder))
