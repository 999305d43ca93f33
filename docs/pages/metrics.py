"""The page of the metrics of `kvae evaluate`."""

import inspect
from typing import Any

from kvae.evaluation import METRICS, Metric
from pages.markdown import code, literal, page, section, table


def pages() -> dict[str, str]:
    """Return {name of the page: text} of the page of all metrics."""
    rows = ((f"[{name}](#{name})", ", ".join(map(literal, metric.reports))) for name, metric in METRICS.items())
    text = page(
        "Metrics",
        "`kvae evaluate MODEL --metric NAME` computes a metric, and `--set NAME.OPTION=VALUE` sets one of its options. "
        "Without `--metric` the metrics that suit the kind of model are computed, except those that take minutes.",
        table(("metric", "values"), rows),
        *(
            section(name, _cost(metric), code(inspect.getdoc(metric)), _options(metric))
            for name, metric in METRICS.items()
        ),
    )
    return {"metrics": text}


def _cost(metric: Metric) -> str:
    return "It may take minutes or hours. Its time is stated first." if metric.slow else ""


def _options(metric: Metric) -> str:
    options = (option for option in metric.options.values() if option.type is not Any)
    return table(("option", "default", "meaning"), ((literal(o.name), literal(o.default), o.help) for o in options))
