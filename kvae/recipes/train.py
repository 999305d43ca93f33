"""Training a recipe into a run directory, and resuming a run exactly."""

import contextlib
import logging
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from kvae import backends
from kvae.callbacks import NonFiniteLoss
from kvae.errors import UserError
from kvae.files import write_json
from kvae.recipes import renamed
from kvae.recipes.finish import finish
from kvae.recipes.recipe import Recipe
from kvae.recipes.registry import load
from kvae.recipes.session import Session
from kvae.runs import Run
from kvae.training import Cluster

logger = logging.getLogger(__name__)


def train(
    recipe: str | Recipe,
    settings: Mapping[str, Any] | None = None,
    *,
    out: str | os.PathLike | None = None,
    seed: int = 0,
    warm_start: str | os.PathLike | None = None,
    devices: int = 1,
    cluster: Cluster | None = None,
) -> Run:
    """Train `recipe` into the new run directory `out` and return the run.

    On several devices each batch is shared. The run then equals that of one device up to rounding, because sums are
    computed in another order. On TensorFlow, in addition, all devices draw the same random noise, and batch normalisation
    uses the mean and variance of each device's part of a batch.

    Args:
        recipe: a name, the path of a file, or a `Recipe`.
        settings: {dotted name of a parameter: value}; other parameters keep their defaults.
        out: run directory; by default `runs/<recipe>`, numbered if it exists.
        seed: seed of the initial weights, the order of the data and the random noise.
        warm_start: run or preset whose weights are copied into the networks, as far as they fit
            (`kvae.training.warm_start`).
        devices: number of devices of each process that share a batch.
        cluster: processes that share a batch. Each calls this function with the same arguments. Process 0 writes the run.
            In the others the directory of the returned run is temporary and no longer exists.

    Raises:
        UserError: settings, data or `out` are unsuitable. Nothing has been written then.
        NonFiniteLoss: a loss became NaN or infinite. The run keeps its last checkpoint.
    """
    recipe = load(recipe) if isinstance(recipe, str) else recipe
    values = recipe.resolve(settings)
    out = Path(out) if out is not None else _unused(Path("runs") / recipe.folder)
    with _writable(out, cluster) as place, _shared(devices, cluster):
        session = Session(recipe, values, seed, warm_start)
        run = Run.create(place, session.config())
        return _fit(run, session, [])


def resume(
    path: str | os.PathLike,
    settings: Mapping[str, Any] | None = None,
    *,
    devices: int = 1,
    cluster: Cluster | None = None,
) -> Run:
    """Resume the run in `path` after its last finished epoch and return it.

    On the same backend and type of machine the result equals, bit for bit, that of a run that was never interrupted.

    Args:
        path: run directory.
        settings: {"epochs": number}, or nothing. Schedules that span all epochs follow the new number from here on.
        devices, cluster: as for `train`; they may differ from those of the interrupted run.

    Raises:
        UserError: `path` is no run, its data have changed, or version 0.1.0 of kvae trained it.
        NonFiniteLoss: a loss became NaN or infinite. The run keeps its last checkpoint.
    """
    Run.open(path)
    with _writable(Path(path), cluster) as place, _shared(devices, cluster):
        return _resume(Run(place), dict(settings or {}))


def _resume(run: Run, settings: dict[str, Any]) -> Run:
    config = run.config
    _require_resumable(run, config, settings)
    recipe = load(config["recipe"])
    values = recipe.resolve({**config["parameters"], **settings})
    done = len(run.history().get("epoch", ()))
    if recipe.training(values).epochs < done:
        raise UserError(f"Expected at least the {done} epochs that are done. Received: epochs={values['epochs']}.")
    session = Session(recipe, values, config["seed"], config.get("warm_start"), resumed=run.state.is_file())
    if session.dataset.fingerprint != config["data"]["fingerprint"]:
        raise UserError(
            f"Expected the data that {run.path} was trained on. Received: {session.dataset.name} with other contents "
            "or settings. Restore the data, or train a new run."
        )
    if settings:
        write_json(run.path / "config.json", session.config())
    if config["backend"] != keras.backend.backend():
        logger.warning("The run was trained on %s. On another backend its results will differ.", config["backend"])
    return _fit(run, session, session.restore(run))


def _require_resumable(run: Run, config: dict, settings: dict) -> None:
    if renamed.is_old(config):
        raise UserError(
            f"{run.path} was trained by kvae {renamed.version(config)}. This version evaluates and exports such a run "
            f"but cannot resume it. Train a new run (kvae train {config['recipe']}), or resume it with that version."
        )
    if others := sorted(set(settings) - {"epochs"}):
        raise UserError(
            f"Expected no setting but epochs to resume a run. Received: {', '.join(others)}. "
            "Train a new run to change others."
        )


def _fit(run: Run, session: Session, epochs: list[dict]) -> Run:
    """Fit `session` after the epochs that are done, `epochs`, and complete the run."""
    with _explained(run):
        session.fit(run, epochs)
        return finish(run, session)


def _shared(devices: int, cluster: Cluster | None):
    """Return a context in which several devices share each batch, if there are several."""
    return contextlib.nullcontext() if devices == 1 and cluster is None else backends.devices(devices, cluster)


@contextlib.contextmanager
def _writable(path: Path, cluster: Cluster | None):
    """Yield the directory that this process writes to: `path` in process 0, a temporary copy in the others."""
    if cluster is None or cluster.process == 0:
        yield path
        return
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "run"
        if (path / "config.json").is_file():  # process 0 changes nothing before all others have joined it
            shutil.copytree(path, copy)
        yield copy


@contextlib.contextmanager
def _explained(run: Run):
    """Add a note to an error that stops the run: the command that resumes it, or the checkpoint that is kept."""
    try:
        yield
    except (KeyboardInterrupt, OSError) as error:
        error.add_note(f"Resume the run: kvae train --resume {run.path}")
        raise
    except NonFiniteLoss as error:
        kept = f"The last checkpoint is kept: {run.state}" if run.state.is_file() else "No epoch has a checkpoint yet."
        error.add_note(kept)
        raise


def _unused(path: Path) -> Path:
    """Return `path` if it does not exist, otherwise the first of path-2, path-3, … that does not."""
    numbered = path
    number = 2
    while numbered.exists():
        numbered = path.with_name(f"{path.name}-{number}")
        number += 1
    return numbered
