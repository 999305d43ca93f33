"""The files that complete a run after its last epoch: the model, its metrics and its images."""

import contextlib

from kvae import evaluation
from kvae.capabilities import POSTERIOR
from kvae.evaluation import NotApplicable
from kvae.files import finite
from kvae.plots.curves import save_curves
from kvae.plots.scatter import save_planes
from kvae.recipes.session import Session
from kvae.runs import Run


def finish(run: Run, session: Session) -> Run:
    """Save the fitted model of `session`, its metrics on held-out data and its images in `run`, and return `run`.

    A finished run that was not trained further keeps its model and the metrics that were computed later.
    """
    if not run.finished:
        run.save_model(session.model)
    if session.held_out:
        _evaluate(run, session)
    save_curves(run.images / "curves.png", {run.path.name: run.history()})
    return run


def _evaluate(run: Run, session: Session) -> None:
    model, dataset = session.model, session.dataset
    held_out = session.batches(session.held_out)  # all examples, even if several processes share the training
    split = "validation" if dataset.validation else "test"
    report = evaluation.evaluate(model, held_out, quick=True)
    origin = {"model": str(run.path), "recipe": session.recipe.name, "data": f"{dataset.name}/{split}"}
    run.save_metrics(finite({**origin, "weights": run.weights, **report}))
    if len(dataset.shape) == 1 and POSTERIOR in model.capabilities and session.held_out.y is not None:
        with contextlib.suppress(NotApplicable):  # too few examples of a label
            save_planes(run.images / "planes.png", model, held_out)
