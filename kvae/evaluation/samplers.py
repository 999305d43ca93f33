"""Names of the densities from which the latent codes of samples are drawn. A metric of samples reports the name."""

from collections.abc import Collection, Mapping
from typing import Any

from kvae.capabilities import POSTERIOR
from kvae.evaluation.metric import reporting

PRIOR = "prior"
"""Name of the prior of a model."""


def sampler_name(sampler) -> str:
    """Return the name of a sampler (`kvae.latent.samplers`), which is its kind, or that of the prior for None."""
    return PRIOR if sampler is None else sampler.kind


def samplers_of(model, fitted) -> Mapping[str, Any]:
    """Return what `model.sample` takes as its sampler, by name: the prior, and the fitted sampler, as far as they exist."""
    available = [None] if POSTERIOR in model.capabilities else []
    available += [] if fitted is None else [fitted]
    return {sampler_name(sampler): sampler for sampler in available}


def without_fitted(values: Mapping[str, Any], kinds: Collection[str]) -> dict[str, Any]:
    """Return metric values without those of samples from samplers of these kinds. Another sampler has other values."""

    def is_of_fitted(name: str) -> bool:
        metric = reporting(name)
        return metric is not None and "sampler" in metric.options and name.rpartition(".")[2] in kinds

    return {name: value for name, value in values.items() if not is_of_fitted(name)}
