"""Numbers and pictures about a trained model."""

from collections.abc import Iterable

from kvae.errors import UserError
from kvae.evaluation.bound import bound
from kvae.evaluation.collapse import collapse
from kvae.evaluation.reconstruction import reconstruction

__all__ = ["METRICS", "bound", "collapse", "evaluate", "reconstruction"]

METRICS = {
    "elbo": bound,
    "reconstruction": reconstruction,
    "collapse": collapse,
}
"""What `evaluate` computes, by name: functions of a model and batches that return named figures."""

_NEED_POSTERIOR = ("elbo", "collapse")


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
        if name in _NEED_POSTERIOR and not model.has_posterior:
            skipped[name] = f"{type(model).__name__} has no posterior"
        else:
            figures |= METRICS[name](model, batches)
    return {"n": len(batches.x), "metrics": figures, "skipped": skipped}
