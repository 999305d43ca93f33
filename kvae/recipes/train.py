"""Training a recipe into a run directory, and going on with one exactly."""

import contextlib
import datetime
import importlib.metadata
import logging
import os
import platform
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from kvae import backends, evaluation
from kvae import training as training_
from kvae.callbacks import LatentMonitor, NonFiniteLoss, Progress, RunWriter, SaveImages, StopOnInterrupt, TensorBoard
from kvae.capabilities import DECODER, POSTERIOR
from kvae.data import Dataset
from kvae.errors import UserError
from kvae.evaluation import NotApplicable
from kvae.files import write_json
from kvae.plots.curves import save_curves
from kvae.plots.scatter import save_planes
from kvae.presets import open_trained
from kvae.recipes.inputs import batches, learning_callbacks, training_batches
from kvae.recipes.recipe import Recipe
from kvae.recipes.registry import load
from kvae.runs import Run
from kvae.training import Cluster, checkpoint
from kvae.training.batches import Batches
from kvae.version import __version__

MONITORED = 1000
"""Validation examples that the instruments look at after each epoch."""

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
    """Trains `recipe` with `settings` (dotted names) into the new run directory `out`, and returns it.

    By default `out` is `runs/<recipe>`, numbered when taken. The nets begin with the weights of the run or preset
    `warm_start`, as far as they fit (`kvae.training.warm_start`). On several `devices` each batch is shared: the run is
    that of one device, but for the order of sums; TensorFlow's replicas also draw the same noise each, and normalise
    their own parts of a batch. With a `cluster` every process calls this with the same arguments, and the first alone
    writes. Raises `UserError` for settings, data or folders that do not suit, before anything is written.
    """
    recipe = load(recipe) if isinstance(recipe, str) else recipe
    values = recipe.resolve(settings)
    out = Path(out) if out is not None else _free(Path("runs") / recipe.folder)
    with _place(out, cluster) as place, _together(devices, cluster):
        session = Session(recipe, values, seed, warm_start)
        run = Run.create(place, session.config())
        with _resumable(run):
            return session.fit(run, [])


def resume(
    path: str | os.PathLike,
    settings: Mapping[str, Any] | None = None,
    *,
    devices: int = 1,
    cluster: Cluster | None = None,
) -> Run:
    """Goes on with the run in `path` from its last finished epoch.

    On the same backend and machine type the result equals, bit for bit, that of a run never interrupted. `settings` may
    only raise `epochs`; schedules that span all epochs are then stretched from here on. `devices` and `cluster` are as in
    `train`, and may be others than before.
    """
    Run.open(path)
    with _place(Path(path), cluster) as place, _together(devices, cluster):
        return _resume(Run(place), settings)


def _resume(run: Run, settings: Mapping[str, Any] | None) -> Run:
    config = run.config
    recipe = load(config["recipe"])
    settings = dict(settings or {})
    if set(settings) - {"epochs"}:
        raise UserError(
            "Expected no setting but epochs when a run goes on. "
            f"Received: {', '.join(sorted(set(settings) - {'epochs'}))}. Begin a new run to change others."
        )
    values = recipe.resolve({**config["parameters"], **settings})
    done = len(run.history().get("epoch", ()))
    if recipe.training(values).epochs < done:
        raise UserError(f"Expected at least the {done} epochs that are done. Received: epochs={values['epochs']}.")
    session = Session(recipe, values, config["seed"], config.get("warm_start"), begin=not run.state.is_file())
    if session.dataset.fingerprint != config["data"]["fingerprint"]:
        raise UserError(
            f"Expected the data that {run.path} was trained on. Received: {session.dataset.name} with other contents "
            "or settings. Restore them, or begin a new run."
        )
    if settings:
        write_json(run.path / "config.json", session.config())
    if config["backend"] != keras.backend.backend():
        logger.warning("The run began on %s; it goes on, but not bit for bit.", config["backend"])
    epochs = session.restore(run)
    with _resumable(run):
        return session.fit(run, epochs)


def _together(devices: int, cluster: Cluster | None):
    """The devices that share the work, if there are several."""
    return contextlib.nullcontext() if devices == 1 and cluster is None else backends.devices(devices, cluster)


@contextlib.contextmanager
def _place(path: Path, cluster: Cluster | None):
    """Where this process writes: `path`, or, in all processes of a cluster but the first, a copy that is forgotten."""
    if cluster is None or cluster.process == 0:
        yield path
        return
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "run"
        if (path / "config.json").is_file():  # the first process waits for all others before it changes anything
            shutil.copytree(path, copy)
        yield copy


@contextlib.contextmanager
def _resumable(run: Run):
    """Adds to what may stop a run, Ctrl-C, a full disk or NaN, the note what is left of it."""
    try:
        yield
    except (KeyboardInterrupt, OSError) as error:
        error.add_note(f"Go on with the run: kvae train --resume {run.path}")
        raise
    except NonFiniteLoss as error:
        kept = f"The last good state is kept: {run.state}" if run.state.is_file() else "No epoch had ended."
        error.add_note(kept)
        raise


class Session:
    """One recipe, resolved and built, ready to fit."""

    def __init__(
        self,
        recipe: Recipe,
        values: Mapping[str, Any],
        seed: int,
        warm_start=None,
        begin: bool = True,
        dataset: Dataset | None = None,
    ):
        self.recipe, self.values, self.seed, self.warm_start = recipe, values, seed, warm_start
        source = open_trained(warm_start).load_model() if warm_start is not None and begin else None
        keras.utils.set_random_seed(seed)  # after the other model is built, which draws from the same generator
        self.dataset = dataset or recipe.data(values)
        if dataset is None:
            logger.info(self.dataset.summary())
        self.model = recipe.model(self.dataset, values)
        if source is not None:
            taken, left = training_.warm_start(self.model, source)
            logger.info("%d arrays taken from %s, %d not.", len(taken), warm_start, len(left))
            for line in left:
                logger.info("  not taken: %s", line)
        self.training = recipe.training(values)
        self.model.compile(self.training.optimizer)
        # Taken before a checkpoint is restored, which holds rates that are already decayed.
        self.rates = self.model.optimizer.learning_rates

    def config(self) -> dict:
        packages = ("keras", "numpy", keras.backend.backend())
        return {
            "recipe": self.recipe.name,
            "parameters": dict(self.values),
            "seed": self.seed,
            **({} if self.warm_start is None else {"warm_start": str(self.warm_start)}),
            "data": {
                "name": self.dataset.name,
                "fingerprint": self.dataset.fingerprint,
                "labels": list(self.dataset.label_names),
            },
            "backend": keras.backend.backend(),
            "versions": {
                "kvae": __version__,
                "python": platform.python_version(),
                **{package: importlib.metadata.version(package) for package in packages},
            },
            "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        }

    def restore(self, run: Run) -> list[dict]:
        """The epochs that `run` has done, after which the model, its optimizers and its seeds are as they left them."""
        if not run.state.is_file():
            return []
        epochs = checkpoint.restore(run.state, self.model)["epochs"]
        run.write_history(epochs)  # a kill may have come between the checkpoint and this view of it
        return epochs

    def fit(self, run: Run, epochs: list[dict], callbacks: Sequence = (), progress: bool = True) -> Run:
        """Goes on from `epochs` to the end; `callbacks` see all figures of an epoch once they are written."""
        training, model, dataset = self.training, self.model, self.dataset
        if len(epochs) < training.epochs:
            run.mark_unfinished()
        batches = training_batches(model, dataset, training, self.seed)
        held_out = dataset.validation or dataset.test
        validation = self._batches(held_out, shard=backends.shard()) if held_out else None
        bar, interrupt = Progress(training.epochs), StopOnInterrupt()
        last = [*([bar] if progress else []), RunWriter(run, epochs), *callbacks]
        callbacks = [interrupt, *learning_callbacks(training, batches, self.rates)]
        if held_out:
            some = self._batches(held_out, batch_size=MONITORED)[0]
            if POSTERIOR in model.capabilities:
                callbacks.append(LatentMonitor(*some))
            if some[0].ndim == 4 and DECODER in model.capabilities:
                callbacks.append(SaveImages(run.images, some, training.images_every, training.brighten))
        callbacks += [TensorBoard(run.path / "tensorboard"), *last]
        try:
            model.fit(
                batches,
                validation_data=validation,
                epochs=training.epochs,
                initial_epoch=len(epochs),
                callbacks=callbacks,
                shuffle=False,  # Batches has an order of its own; Keras would reorder it by Python's global generator
                verbose=0,
            )
        finally:
            bar.close()
            interrupt.close()
        run.save_model(model)
        if held_out:
            split = "validation" if dataset.validation else "test"
            validation = self._batches(held_out)  # whole, and in this process alone
            report = evaluation.evaluate(model, validation, quick=True)
            write_json(
                run.path / "metrics.json",
                {
                    "model": str(run.path),
                    "recipe": self.recipe.name,
                    "data": f"{dataset.name}/{split}",
                    **report,
                },
            )
            if len(dataset.shape) == 1 and POSTERIOR in model.capabilities and held_out.y is not None:
                with contextlib.suppress(NotApplicable):  # too few examples of a label
                    save_planes(run.images / "planes.png", model, validation)
        save_curves(run.images / "curves.png", {run.path.name: run.history()})
        return run

    def _batches(self, split, **options) -> Batches:
        return batches(self.dataset, split, self.training, **options)


def _free(path: Path) -> Path:
    """`path`, or the first of path-2, path-3, … that does not exist."""
    numbered = path
    number = 2
    while numbered.exists():
        numbered = path.with_name(f"{path.name}-{number}")
        number += 1
    return numbered
