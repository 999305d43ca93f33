"""Resuming a run after a kill, bit for bit as if it had never been interrupted.

`kvae.callbacks.RunWriter` writes the checkpoint and the history after each epoch, with `kvae.training.checkpoint`.
"""

import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from kvae import backends
from kvae.errors import UserError
from kvae.files import LOCK, locked, write_json
from kvae.recipes import renamed
from kvae.recipes.registry import load_recorded
from kvae.recipes.run_folder import writable
from kvae.recipes.session import Session
from kvae.recipes.train import fit, open_trackers, shared_devices
from kvae.runs import Run
from kvae.tracking import Tracker
from kvae.training import Cluster

logger = logging.getLogger(__name__)


def resume(
    path: str | os.PathLike,
    settings: Mapping[str, Any] | None = None,
    *,
    devices: int = 1,
    cluster: Cluster | None = None,
    track: Sequence[str] = (),
) -> Run:
    """Resume the run in `path` after its last finished epoch and return it.

    On the same backend, type of machine and number of threads the result equals, bit for bit, that of a run that was
    never interrupted. Another number of threads is warned of.

    Args:
        path: run directory.
        settings: {"epochs": number}, or nothing. Schedules that span all epochs follow the new number from here on.
            Settings of data, such as "data.path" if the images have moved, are accepted if the data are the same.
        devices, cluster, track: as for `train`; they may differ from those of the interrupted run.

    Raises:
        UserError: `path` is no run, another process trains it, its data have changed, or version 0.1.0 of kvae trained it.
        NonFiniteLoss: a loss became NaN or infinite. The run keeps its last checkpoint.
    """
    Run.open(path)
    trackers = open_trackers(track, cluster)
    with writable(Path(path), cluster) as place, locked(place / LOCK), shared_devices(devices, cluster):
        return _resume(Run(place), dict(settings or {}), trackers)


def _resume(run: Run, settings: dict[str, Any], trackers: Sequence[Tracker]) -> Run:
    config = run.config
    _require_resumable(run, config, settings)
    recipe = load_recorded(config["recipe"], run.path)
    values = recipe.resolve({**config["parameters"], **settings})
    done = len(run.epochs())  # of the checkpoint; history.csv is written again from it
    training = recipe.training(values)
    if training.epochs < done:
        raise UserError(f"Expected at least the {done} epochs that are done. Received: epochs={values['epochs']}.")
    if training.best_epoch is not None and training.best_epoch.is_over(run.epochs()):
        logger.info(
            "The training of the run has stopped after %d epochs, because the last %d were not better. To train longer, "
            "train a new run with more patience.",
            *(done, training.best_epoch.patience),
        )
    elif run.finished and training.epochs == done:
        logger.info(
            "All %d epochs of the run are done. To train longer, set more epochs: --set epochs=%d", done, 2 * done
        )
    recorded = {"warm_start": config.get("warm_start"), "precision": config.get("precision", "float32")}
    session = Session(recipe, values, config["seed"], resumed=run.state.is_file(), **recorded)
    if session.dataset.fingerprint != config["data"]["fingerprint"]:
        raise UserError(
            f"Expected the data that {run.path} was trained on. Received: {session.dataset.name} with other contents "
            "or settings. Restore the data, or train a new run."
        )
    if settings:
        write_json(run.path / "config.json", session.config())
    warn_of_differences(config)
    return fit(run, session, session.restore(run), trackers)


def warn_of_differences(config: Mapping[str, Any]) -> None:
    """Warn if this process cannot continue a run with this configuration bit for bit."""
    if config["backend"] != keras.backend.backend():
        logger.warning("The run was trained on %s. On another backend its results will differ.", config["backend"])
    elif config.get("threads") not in (None, backends.threads()):
        logger.warning(
            "The run was trained with %d threads, and this process has %d. Sums over threads are then rounded differently, "
            "so that results may differ in their last digits. For the same results, set %s=%d.",
            *(config["threads"], backends.threads(), backends.THREADS, config["threads"]),
        )


def _require_resumable(run: Run, config: dict, settings: dict) -> None:
    if renamed.is_old(config):
        raise UserError(
            f"{run.path} was trained by kvae {renamed.version(config)}. This version evaluates and exports such a run "
            f"but cannot resume it. Train a new run (kvae train {config['recipe']}), or resume it with that version."
        )
    if others := sorted(name for name in settings if name != "epochs" and not name.startswith("data.")):
        raise UserError(
            f"Expected no setting but epochs and those of data to resume a run. Received: {', '.join(others)}. "
            "Train a new run to change others."
        )
