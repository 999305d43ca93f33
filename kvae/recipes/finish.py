"""The files that complete a run after its last epoch: the model, its metrics, its images and its sampler."""

import contextlib
import logging
import math

import keras

from kvae import backends, evaluation
from kvae.capabilities import DECODER, POSTERIOR
from kvae.data import Split
from kvae.evaluation import NotApplicable
from kvae.files import finite
from kvae.plots.curves import save_curves
from kvae.plots.scatter import save_planes
from kvae.recipes.sampler import DEFAULT, fit_sampler
from kvae.recipes.session import Session
from kvae.recipes.trained_model import load_model
from kvae.runs import Run

logger = logging.getLogger(__name__)

COMPARED = 1000
"""Number of training examples, drawn at random, whose loss is computed in inference mode."""

TOLERANCE = 0.02
"""Largest relative difference of that loss from the training loss that causes no warning."""


def finish(run: Run, session: Session) -> Run:
    """Save the fitted model of `session`, its metrics on held-out data and its images in `run`, and return `run`.

    A finished run that was not trained further keeps its model and the metrics that were computed later.
    """
    if not run.finished:
        run.restore_best(session.model)
        run.save_model(session.model)
        _compare_modes(run, session)
    if session.held_out:
        _evaluate(run, session, session.held_out)
    save_curves(run.images / "curves.png", {run.path.name: run.history()})
    return run


def complete_sampler(run: Run, session: Session) -> None:
    """Fit the default sampler to the trained model of a run that has none, and store it. A failure is only warned of."""
    if DECODER not in session.model.capabilities or run.has_sampler:
        return
    try:
        weights = run.weights
        sampler = fit_sampler(DEFAULT, in_float32(run, session), session.dataset, session.training, session.seed)
        run.save_sampler(sampler, weights)
    except Exception as error:  # the run is complete without a sampler, whatever its codes are
        logger.warning("No sampler was fitted (%s). Try again: kvae fit-sampler %s", error, run.path)


def _compare_modes(run: Run, session: Session) -> None:
    """Warn if the running statistics of batch norm have not converged.

    The training examples then have a larger loss in inference mode than in the epoch of training that is kept.
    """
    losses = run.history().get("loss")
    has_batch_norm = any(isinstance(each, keras.layers.BatchNormalization) for each in session.model._flatten_layers())
    if losses is None or not has_batch_norm:  # a model of several players has several losses
        return
    trained = losses[(run.best_epoch or len(losses)) - 1]
    sample = session.batches(session.dataset.train, seed=session.seed, shard=backends.shard())
    steps = min(len(sample), math.ceil(COMPARED / session.training.batch_size))
    inferred = session.model.evaluate(sample, steps=steps, verbose=0, return_dict=True).get("loss", trained)
    if inferred - trained > TOLERANCE * abs(trained):
        logger.warning(
            "The loss of training examples is %.5g in inference mode, and was %.5g in training. The "
            "running statistics of batch norm may lag: train for more steps, lower the momentum, or use networks without "
            "batch norm.",
            *(inferred, trained),
        )


def in_float32(run: Run, session: Session):
    """Return the trained model with networks that compute in float32, as in every later evaluation."""
    return session.model if session.precision == "float32" else load_model(run)


def _evaluate(run: Run, session: Session, examples: Split) -> None:
    model, dataset = in_float32(run, session), session.dataset
    held_out = session.batches(examples)  # all examples, even if several processes share the training
    split = "validation" if dataset.validation else "test"
    report = evaluation.evaluate(model, held_out, quick=True)
    origin = {"model": str(run.path), "recipe": session.recipe.name, "data": f"{dataset.name}/{split}"}
    run.save_metrics(finite({**origin, "weights": run.weights, **report}))
    if len(dataset.shape) == 1 and POSTERIOR in model.capabilities and examples.y is not None:
        with contextlib.suppress(NotApplicable):  # too few examples of a label
            save_planes(run.images / "planes.png", model, held_out)
