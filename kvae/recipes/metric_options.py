"""Options of metrics as text, such as "nll.samples=5000" or "seed=1", typed by the signatures of the metrics."""

from collections.abc import Mapping
from typing import Any

from kvae import evaluation
from kvae.errors import ChoiceError
from kvae.evaluation import METRICS, Option
from kvae.recipes.parameters import Parameter
from kvae.suggest import hint


def parse_options(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of `kvae.evaluation.evaluate` that `settings` name.

    Args:
        settings: {name: value}. The name "nll.samples" sets the option of one metric, and "seed" that of all metrics that
            take it. A value may be a text.

    Raises:
        ChoiceError: a name is unknown.
        UserError: a value has the wrong type.
    """
    known, options = settable_options(), {}
    for name, value in settings.items():
        if name not in known:
            raise ChoiceError(
                f"Expected an option of a metric. Received: {name}={value}.{hint(name, known)} Known: {', '.join(known)}."
            )
        metric, _, option = name.rpartition(".")
        parsed = Parameter(name, known[name].type, known[name].default).parse(value)
        (options.setdefault(metric, {}) if metric else options)[option] = parsed
    return options


def settable_options() -> dict[str, Option]:
    """Return the options that can be written as text: those of single metrics, such as "nll.samples", and shared ones."""
    shared = evaluation.options()
    own = {f"{metric.name}.{name}": option for metric in METRICS.values() for name, option in metric.options.items()}
    return {name: option for name, option in {**shared, **own}.items() if option.type is not Any}
