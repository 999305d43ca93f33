"""Numbers and pictures about a trained model."""

from collections.abc import Iterable

from kvae.errors import UserError
from kvae.evaluation.applicable import NotApplicable
from kvae.evaluation.bound import bound
from kvae.evaluation.collapse import collapse
from kvae.evaluation.reconstruction import reconstruction

__all__ = ["METRICS", "bound", "collapse", "evaluate", "reconstruction"]

METRICS = {
    "elbo": bound,
    "reconstruction": reconstruction,
    "collapse": collapse,
}
"""What `evaluate` computes, by name: functions of a model and batches that return named figures, or raise `NotApplicable`
when the model does not have them."""


def evaluate(model, batches, metrics: Iterable[str] | None = None) -> dict:
    """Figures of `model` on held-out `batches`: {"n": examples, "metrics": {name: figure}, "skipped": {metric: reason}}.

    `metrics` are names in `METRICS`, by default all. A metric that the model does not have is absent and named under
    "skipped" with its reason.
    """
    chosen = tuple(metrics or METRICS)
    for name in chosen:
        if name not in METRICS:
            raise UserError(f"Expected metrics among {', '.join(METRICS)}. Received: metric={name}.")
    figures, skipped = {}, {}
    for name in chosen:
        try:
            figures |= METRICS[name](model, batches)
        except NotApplicable as reason:
            skipped[name] = str(reason)
    return {"n": len(batches.x), "metrics": figures, "skipped": skipped}
