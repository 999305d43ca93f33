"""Bits per dimension of log-likelihoods in nats, and the data for which they are meaningful."""

import math
from collections.abc import Iterator

import numpy as np

from kvae.evaluation.batches import examples

REAL = "a density of real numbers has no bits"
"""Reason without bits for a density of data that were not bytes."""

CONVENTION = "the Bernoulli cross-entropy of grey values is not a probability"
"""Reason without bits per dimension for grey values."""


def likelihood_data(model, batches, seed: int) -> Iterator[tuple]:
    """Yield the examples of `batches`. For a density, a byte k becomes (k + u) / 256 with u uniform in [0, 1)."""
    rng = np.random.default_rng(seed)
    for x, *given in examples(batches):
        yield ((255 * x + rng.random(x.shape, "float32")) / 256 if _dequantised(model, batches) else x), *given


def offset(model, batches) -> float:
    """Return the nats by which `likelihood_data`, which scales bytes, changes −log p(x) of an example: D log 256, or 0."""
    return math.prod(batches.x.shape[1:]) * math.log(256) if _dequantised(model, batches) else 0.0


def reason_without(model, batches) -> str | None:
    """Return the reason why log-likelihoods have no bits per dimension, or None if they have."""
    if model.likelihood.density:
        return None if _dequantised(model, batches) else REAL
    return None if model.likelihood.support == "levels" or _binary(batches) else CONVENTION


def _dequantised(model, batches) -> bool:
    return model.likelihood.density and batches.x.dtype == np.uint8 and batches.scale == 255


def _binary(batches) -> bool:
    """Return True if all values of x are 0 or 1."""
    return all(np.isin(x, (0.0, 1.0)).all() for x, *_ in examples(batches))
