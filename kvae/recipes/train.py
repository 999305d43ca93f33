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

    On several devices each batch is shared. The run then equals that of one device except for the order of sums.
    TensorFlow's replicas also draw the same noise, and each normalises its own part of a batch.

    Args:
        recipe: a name, the path of a file, or a `Recipe`.
        settings: {dotted name of a parameter: value}; other parameters keep their defaults.
        out: run directory; by default `runs/<recipe>`, numbered if it exists.
        seed: seed of weights, order of the data and noise.
        warm_start: run or preset whose weights the networks begin with, as far as they fit
            (`kvae.training.warm_start`).
        devices: number of devices of each process that share a batch.
        cluster: processes that share a batch. Each calls this function with the same arguments; process 0 writes.

    Raises:
        UserError: settings, data or folders do not fit. Nothing has been written then.
    """
    recipe = load(recipe) if isinstance(recipe, str) else recipe
    values = recipe.resolve(settings)
    out = Path(out) if out is not None else _free(Path("runs") / recipe.folder)
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
        settings: may only change `epochs`. Schedules that span all epochs are stretched from here on.
        devices, cluster: as for `train`; they may differ from those of the interrupted run.

    Raises:
        UserError: `path` is no run, its data have changed, or version 0.1.0 of kvae trained it.
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
            "or settings. Restore them, or train a new run."
        )
    if settings:
        write_json(run.path / "config.json", session.config())
    if config["backend"] != keras.backend.backend():
        logger.warning("The run began on %s. Its results on this backend will not be the same.", config["backend"])
    return _fit(run, session, session.restore(run))


def _require_resumable(run: Run, config: dict, settings: dict) -> None:
    if renamed.is_old(config):
        raise UserError(
            f"{run.path} was trained by kvae {renamed.version(config)}, whose runs this version evaluates and exports "
            f"but cannot resume: train it anew (kvae train {config['recipe']}), or resume it with that version."
        )
    if others := sorted(set(settings) - {"epochs"}):
        raise UserError(
            f"Expected no setting but epochs to resume a run. Received: {', '.join(others)}. "
            "Train a new run to change others."
        )


def _fit(run: Run, session: Session, epochs: list[dict]) -> Run:
    """Fit `session` from the epoch after `epochs` on, and complete the run."""
    with _explained(run):
        session.fit(run, epochs)
        return finish(run, session)


def _shared(devices: int, cluster: Cluster | None):
    """Return a context in which several devices share each batch, if there are several."""
    return contextlib.nullcontext() if devices == 1 and cluster is None else backends.devices(devices, cluster)


@contextlib.contextmanager
def _writable(path: Path, cluster: Cluster | None):
    """Yield the directory this process writes to: `path` in process 0, a temporary copy in the others."""
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
    """Add to an error that stops a run what is left of the run and how to resume it."""
    try:
        yield
    except (KeyboardInterrupt, OSError) as error:
        error.add_note(f"Resume the run: kvae train --resume {run.path}")
        raise
    except NonFiniteLoss as error:
        kept = f"The last good state is kept: {run.state}" if run.state.is_file() else "No epoch had ended."
        error.add_note(kept)
        raise


def _free(path: Path) -> Path:
    """Return `path`, or the first of path-2, path-3, … that does not exist."""
    numbered = path
    number = 2
    while numbered.exists():
        numbered = path.with_name(f"{path.name}-{number}")
        number += 1
    return numbered
