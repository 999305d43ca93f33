"""Names of metric values that changed since version 0.1.0, which drew all samples from the prior."""

import re
from collections.abc import Mapping
from typing import Any

from kvae.evaluation.metric import METRICS

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
    "diversity": "diversity.prior",
    "diversity_samples": "diversity_samples.prior",
    "accuracy.generation.?": "accuracy.generation.?.prior",
    "accuracy.generation.?.low": "accuracy.generation.?.prior.low",
    "accuracy.generation.?.high": "accuracy.generation.?.prior.high",
    "accuracy.without.?": "accuracy.without.?.prior",
}
"""Present names by old names. `*` represents the name of a class, and `?` a name without a dot."""

_WILDCARDS = {"*": "(.*)", "?": r"([^.]*)"}


def current(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return `values`, read from a metrics.json or a card of version 0.1.0 or later, under the present names."""
    return {current_name(name): value for name, value in values.items()}


def current_reasons(skipped: Mapping[str, str]) -> dict[str, str]:
    """Return the reasons for which values and whole metrics were skipped, under the present names. Metrics keep theirs."""
    return {name if name in METRICS else current_name(name): reason for name, reason in skipped.items()}


def current_name(name: str) -> str:
    """Return the present name of a value."""
    for old, new in RENAMED_VALUES.items():
        pattern = "".join(_WILDCARDS.get(character, re.escape(character)) for character in old)
        if found := re.fullmatch(pattern, name, re.DOTALL):
            return re.sub(r"[*?]", lambda _: found[1], new)
    return name
