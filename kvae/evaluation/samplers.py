"""The densities from which the latent codes of samples are drawn. A metric of samples reports values of each, by name."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np

from kvae.capabilities import POSTERIOR
from kvae.evaluation.metric import reporting
from kvae.evaluation.requirements import NotApplicable

PRIOR = "prior"
"""Name of the prior of a model."""


def sampler_name(sampler) -> str:
    """Return the name of a sampler (`kvae.latent.samplers`), which is its kind, or that of the prior for None."""
    return PRIOR if sampler is None else sampler.kind


def samplers_of(model, fitted) -> dict[str, Any]:
    """Return what `model.sample` takes as its sampler, by name: the prior, and the fitted sampler, as far as they exist."""
    available = [None] if POSTERIOR in model.capabilities else []
    available += [] if fitted is None else [fitted]
    return {sampler_name(sampler): sampler for sampler in available}


def require_sampler(model, fitted) -> None:
    """Raise `NotApplicable` unless `model` has a prior or a fitted sampler."""
    if not samplers_of(model, fitted):
        raise NotApplicable(f"{type(model).__name__} has no prior, and no sampler was fitted: kvae fit-sampler")


def samples_of(model, n: int, *labels: np.ndarray, seed: int, fitted) -> Iterator[tuple[str, np.ndarray]]:
    """Yield `n` samples (n, …) from each of `samplers_of`, with its name. All have the same seed and the same labels.

    Args:
        model: a model with a decoder.
        n: number of samples from each sampler.
        labels: labels of the samples (n, …), for a model that takes labels.
        seed: seed of the samples.
        fitted: density of latent codes that was fitted after training, or None.
    """
    for name, sampler in samplers_of(model, fitted).items():
        yield name, model.sample(n, *labels, seed=seed, sampler=sampler)


def without_fitted(values: Mapping[str, Any], kinds: Collection[str]) -> dict[str, Any]:
    """Return metric values without those of samples from samplers of these kinds. Another sampler has other values."""

    def is_of_fitted(name: str) -> bool:
        metric = reporting(name)
        return metric is not None and metric.sampler_in(name) in kinds

    return {name: value for name, value in values.items() if not is_of_fitted(name)}
