"""Names of metric values that changed since version 0.1.0."""

import re
from collections.abc import Mapping
from typing import Any

RENAMED_VALUES = {
    "separation.nearest": "separation.nearest_accuracy",
    "separation.likeliest": "separation.lda_accuracy",
    "separation.majority": "separation.majority_baseline",
    "attribution.likeliest": "attribution.lda_accuracy",
    "attribution.likeliest.low": "attribution.lda_accuracy.low",
    "attribution.likeliest.high": "attribution.lda_accuracy.high",
    "attribution.majority": "attribution.majority_baseline",
    "timeline.mean": "timeline.mean_baseline",
    "timeline.class_mean": "timeline.class_mean_baseline",
    "timeline.*.mean": "timeline.*.mean_baseline",
    "cross_encoding.told_apart": "cross_encoding.encoder_identifiability",
    "cross_encoding.displacement": "cross_encoding.relative_shift",
}
"""Present names by old names. `*` represents the name of a class."""


def current(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return `values`, read from a metrics.json or a card of version 0.1.0 or later, under the present names."""
    return {_current(name): value for name, value in values.items()}


def _current(name: str) -> str:
    for old, new in RENAMED_VALUES.items():
        found = re.fullmatch(re.escape(old).replace(r"\*", "(.*)"), name, re.DOTALL)
        if found:
            return new.replace("*", found[1]) if found.groups() else new
    return name
