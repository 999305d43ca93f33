"""Metrics of trained models on held-out data.

Each metric is declared next to its function, in one file of this folder (see `kvae.evaluation.metric`):

    from kvae import evaluation

    report = evaluation.evaluate(model, batches)                            # the default metrics of the model
    report = evaluation.evaluate(model, batches, full=True)                 # and the slow ones
    report = evaluation.evaluate(model, batches, ["nll"], samples=5000)     # one of them
    values = evaluation.METRICS["elbo"](model, batches)

Importing this package does not import Keras, so that a command can offer the metrics and their options before a backend
is chosen. A metric imports what it needs when it is called.
"""

import importlib
import pkgutil
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from kvae.errors import ChoiceError, UserError
from kvae.evaluation.batches import examples
from kvae.evaluation.metric import METRICS, Metric, Option, metric, options, reporting
from kvae.evaluation.requirements import NotApplicable, require
from kvae.suggest import hint

__all__ = [
    "METRICS",
    "Metric",
    "NotApplicable",
    "Option",
    "default_metrics",
    "evaluate",
    "metric",
    "named",
    "options",
    "reporting",
]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")


def evaluate(
    model, batches, metrics: Iterable[str] | None = None, *, quick: bool = False, full: bool = False, **options: Any
) -> dict:
    """Compute metrics of `model` on held-out `batches`.

    Args:
        model: a trained model.
        batches: `kvae.training.Batches` of held-out examples.
        metrics: names in `METRICS`. By default, all metrics whose `default_for` the model's capabilities include.
        quick: True to restrict the default to metrics that take one pass through the data.
        full: True to include slow metrics, such as nll, in the default. They are also included if one of their options is
            given.
        options: keyword arguments of metrics. `samples=5000` goes to every chosen metric that takes `samples`.
            `nll={"samples": 5000}` goes to the metric nll.

    Returns:
        {"n": number of examples, "precision": type in which the networks computed, "metrics": {name: value}, "skipped":
        {name: reason}}. A metric or a value that cannot be computed is absent from "metrics" and listed under "skipped".

    Raises:
        UserError: a metric or an option is unknown, or the data do not suit the model.
    """
    _check_batches(batches)
    chosen = named(metrics) if metrics else default_metrics(model, quick=quick)
    arguments = _arguments(chosen, options)
    for data in examples(batches):
        model.check(*data)
    values, skipped = {}, {}
    for declared in chosen:
        try:
            if declared.slow and not (metrics or full or declared.is_set_by(options)):
                require(model, declared.needs)
                raise NotApplicable(f"it may take many minutes: --full, or --metric {declared.name}")
            values |= declared(model, batches, **arguments[declared.name])
        except NotApplicable as reason:
            skipped[declared.name] = str(reason)
    skipped |= {name: str(value) for name, value in values.items() if isinstance(value, NotApplicable)}
    values = {name: value for name, value in values.items() if name not in skipped}
    return {"n": len(batches.x), "precision": model.precision, "metrics": values, "skipped": skipped}


def _check_batches(batches) -> None:
    """Raise `UserError` unless `batches` are batches of held-out examples."""
    from kvae.training import Batches  # it imports Keras

    if not isinstance(batches, Batches):
        raise UserError(
            f"Expected batches of held-out examples. Received: {type(batches).__name__}. "
            "Make them: kvae.training.Batches(x), or Batches(x, y) for a model that takes labels."
        )


def default_metrics(model, *, quick: bool = False) -> list[Metric]:
    """Return the metrics that are computed when none are named, including those whose requirements the model lacks."""
    metrics = (declared for declared in METRICS.values() if declared.quick or not quick)
    return [declared for declared in metrics if declared.is_default_for(model)]


def named(names: Iterable[str]) -> list[Metric]:
    """Return the metrics called `names`. Raise `ChoiceError` for an unknown name."""
    names = list(names)
    for name in names:
        if name not in METRICS:
            raise ChoiceError(
                f"Expected metrics among {', '.join(METRICS)}. Received: metric={name}.{hint(name, METRICS)}"
            )
    return [METRICS[name] for name in names]


def _check_own(declared: Metric, given: Any, chosen: Collection[Metric]) -> None:
    """Raise `ChoiceError` unless `given` holds options of the metric `declared`, and the metric is one of those chosen."""
    known, name = ", ".join(declared.options) or "none", declared.name
    if not isinstance(given, Mapping):
        raise ChoiceError(f"Expected options of {name} by name: {known}. Received: {name}={given!r}.")
    for option in given:
        if option not in declared.options:
            raise ChoiceError(f"Expected options of {name}: {known}. Received: {name}.{option}.")
    if declared not in chosen:
        raise _unused(chosen, name)


def _unused(chosen: Collection[Metric], name: str) -> ChoiceError:
    computed = ", ".join(declared.name for declared in chosen)
    return ChoiceError(f"Expected options of the metrics that are computed: {computed}. Received: {name}.")


def _arguments(chosen: Collection[Metric], given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the keyword arguments of each chosen metric: the shared ones, then the ones given to it by name."""
    shared = {name: value for name, value in given.items() if name not in METRICS}
    for name in shared:
        if name not in options():
            raise ChoiceError(f"Expected options among {', '.join(options())}, or a metric. Received: {name}.")
        if not any(name in declared.options for declared in chosen):
            raise _unused(chosen, name)
    for name in given.keys() & METRICS.keys():
        _check_own(METRICS[name], given[name], chosen)
    return {
        declared.name: {name: value for name, value in shared.items() if name in declared.options}
        | dict(given.get(declared.name, {}))
        for declared in chosen
    }
