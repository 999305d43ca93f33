"""Training a recipe into a run directory. `kvae/recipes/resume.py` resumes such a run."""

import contextlib
import os
from collections.abc import Mapping, Sequence
from typing import Any

from kvae import backends
from kvae.callbacks import NonFiniteLoss
from kvae.data import Dataset
from kvae.recipes.finish import complete_sampler, finish
from kvae.recipes.recipe import Recipe
from kvae.recipes.registry import load
from kvae.recipes.run_folder import run_folder
from kvae.recipes.session import Session
from kvae.recipes.tracking import tracked
from kvae.runs import Run
from kvae.tracking import Tracker, open_tracker
from kvae.training import Cluster


def train(
    recipe: str | Recipe,
    settings: Mapping[str, Any] | None = None,
    *,
    out: str | os.PathLike | None = None,
    seed: int = 0,
    warm_start: str | os.PathLike | None = None,
    devices: int = 1,
    cluster: Cluster | None = None,
    dataset: Dataset | None = None,
    precision: str = "float32",
    track: Sequence[str] = (),
) -> Run:
    """Train `recipe` into the new run directory `out` and return the run.

    On several devices each batch is shared. The run then equals that of one device up to rounding, because sums are
    computed in another order. On TensorFlow, in addition, all devices draw the same random noise, and batch normalisation
    uses the mean and variance of each device's part of a batch.

    Args:
        recipe: a name, the path of a file, or a `Recipe`.
        settings: {dotted name of a parameter: value}; other parameters keep their defaults.
        out: run directory; by default `runs/<recipe>`, numbered if it exists. This process may have claimed it
            (`kvae.recipes.run_folder`).
        seed: seed of the initial weights, the order of the data and the random noise.
        warm_start: run or preset whose weights are copied into the networks, as far as they fit
            (`kvae.training.warm_start`).
        devices: number of devices of each process that share a batch.
        cluster: processes that share a batch. Each calls this function with the same arguments. Process 0 writes the run.
            In the others the directory of the returned run is temporary and no longer exists.
        dataset: data set of the recipe, if it has been loaded already.
        precision: type in which the networks compute. With "bfloat16" it is Keras' policy mixed_bfloat16: weights,
            optimizers, log densities and losses stay in float32. Metrics are computed in float32.
        track: names of trackers that record the training (`kvae.tracking`): "tensorboard", "mlflow", "wandb", "trackio".

    Raises:
        UserError: settings, data or `out` are unsuitable. Nothing has been written then.
        NonFiniteLoss: a loss became NaN or infinite. The run keeps its last checkpoint.
    """
    recipe = load(recipe) if isinstance(recipe, str) else recipe
    values = recipe.resolve(settings)
    trackers = open_trackers(track, cluster)
    with run_folder(recipe, out, cluster) as folder, shared_devices(devices, cluster):
        session = Session(recipe, values, seed, warm_start, dataset=dataset, precision=precision)
        return fit(session.create_run(folder), session, [], trackers)


def fit(run: Run, session: Session, epochs: list[dict], trackers: Sequence[Tracker]) -> Run:
    """Fit `session` after the epochs that are done, `epochs`, and complete the run."""
    with _explained(run), tracked(run, trackers) as callbacks:
        session.fit(run, epochs, callbacks)
        finish(run, session)
        complete_sampler(run, session)
        return Run.open(run.path)  # somebody may have removed its files meanwhile


def open_trackers(names: Sequence[str], cluster: Cluster | None) -> list[Tracker]:
    """Return the trackers with these names. Of several processes, process 0 alone has trackers."""
    return [open_tracker(name) for name in names] if cluster is None or cluster.process == 0 else []


def shared_devices(devices: int, cluster: Cluster | None):
    """Return a context in which several devices share each batch, if there are several."""
    return contextlib.nullcontext() if devices == 1 and cluster is None else backends.devices(devices, cluster)


@contextlib.contextmanager
def _explained(run: Run):
    """Add a note to an error that stops the run: the command that resumes it, or the checkpoint that is kept."""
    try:
        yield
    except (KeyboardInterrupt, OSError) as error:
        error.add_note(f"Resume the run: {run.resume_command}")
        raise
    except NonFiniteLoss as error:
        kept = f"The last checkpoint is kept: {run.state}" if run.state.is_file() else "No epoch has a checkpoint yet."
        error.add_note(kept)
        raise
