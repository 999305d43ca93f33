"""Numbers and pictures about a trained model."""

from collections.abc import Iterable, Mapping

from kvae.capabilities import DECODER, DOMAINS
from kvae.errors import UserError
from kvae.evaluation.attributes import accuracy, attributes
from kvae.evaluation.batches import examples
from kvae.evaluation.checkerboard import checkerboard
from kvae.evaluation.collapse import collapse
from kvae.evaluation.diversity import diversity
from kvae.evaluation.domains import (
    attribution,
    collapse_by_class,
    cross_encoding,
    reconstruction_by_class,
    separation,
    timeline,
)
from kvae.evaluation.elbo import bound
from kvae.evaluation.label_leakage import divergence, leakage
from kvae.evaluation.likelihood import likelihood
from kvae.evaluation.reconstruction import reconstruction
from kvae.evaluation.requirements import NotApplicable

__all__ = [
    "METRICS",
    "accuracy",
    "attributes",
    "attribution",
    "bound",
    "checkerboard",
    "collapse",
    "collapse_by_class",
    "cross_encoding",
    "divergence",
    "diversity",
    "evaluate",
    "leakage",
    "likelihood",
    "reconstruction",
    "reconstruction_by_class",
    "separation",
    "suiting",
    "timeline",
]

METRICS = {
    "elbo": bound,
    "reconstruction": reconstruction,
    "collapse": collapse,
    "checkerboard": checkerboard,
    "divergence": divergence,
    "leakage": leakage,
    "diversity": diversity,
    "accuracy": accuracy,
    "attributes": attributes,
    "separation": separation,
    "cross_encoding": cross_encoding,
    "collapse_by_class": collapse_by_class,
    "reconstruction_by_class": reconstruction_by_class,
    "attribution": attribution,
    "timeline": timeline,
    "nll": likelihood,
}
"""What `evaluate` computes, by name: functions of a model and batches that return named figures. A figure that the model
does not have is a `NotApplicable` in its place; when it has none of them, that is raised."""

QUICK = ("elbo", "reconstruction", "collapse", "checkerboard")
"""Metrics that take one pass through the data, and no further training."""

OF_LABELS = ("divergence", "leakage", "attributes")
"""Metrics that only a model which learns from labels is judged by unless one asks."""

OF_MODES = ("separation", "cross_encoding", "collapse_by_class", "reconstruction_by_class")
"""Metrics that only a model with an encoder for each class is judged by unless one asks."""

OF_TRAINING_EXAMPLES = ("attribution", "timeline")
"""Metrics that take the training examples beside those held out: computed only when one asks."""


def suiting(model, quick: bool = False) -> tuple[str, ...]:
    """The metrics that a model is meant for; `quick`: those that take one pass through the data."""
    if DECODER not in model.capabilities:
        return ("accuracy",)
    others = ("accuracy", *OF_TRAINING_EXAMPLES)
    others += () if "y" in model.batch_spec else OF_LABELS
    others += () if DOMAINS in model.capabilities else OF_MODES
    return QUICK if quick else tuple(name for name in METRICS if name not in others)


def evaluate(model, batches, metrics: Iterable[str] | None = None, **options: Mapping) -> dict:
    """Figures of `model` on held-out `batches`: {"n": examples, "metrics": {name: figure}, "skipped": {metric: reason}}.

    `metrics` are names in `METRICS`, by default all that the model is meant for; `options` are further arguments of each
    by its name, such as nll={"samples": 5000}. A figure that the model does not have is absent and named under "skipped"
    with its reason. Raises `UserError` for data that do not suit the model.
    """
    chosen = tuple(metrics or suiting(model))
    for name in chosen:
        if name not in METRICS:
            raise UserError(f"Expected metrics among {', '.join(METRICS)}. Received: metric={name}.")
    for data in examples(batches):
        model.check(*data)
    figures, skipped = {}, {}
    for name in chosen:
        try:
            figures |= METRICS[name](model, batches, **options.get(name, {}))
        except NotApplicable as reason:
            skipped[name] = str(reason)
    skipped |= {name: str(reason) for name, reason in figures.items() if isinstance(reason, NotApplicable)}
    figures = {name: value for name, value in figures.items() if name not in skipped}
    return {"n": len(batches.x), "metrics": figures, "skipped": skipped}
