"""The continuous Bernoulli distribution, a density of grey values."""

import dataclasses
from typing import Any

import keras
from keras import ops

from kvae.distributions.base import IndependentUnits, promote, random_like

NEAR = 1.0
"""Absolute logit below which series are used. Their errors are below 1e-9 there."""


@dataclasses.dataclass(frozen=True, eq=False)
class ContinuousBernoulli(IndependentUnits):
    """A continuous Bernoulli distribution of each unit in [0, 1], with the parameter λ = sigmoid(`logits`).

        p(x) = C(λ) λ^x (1 − λ)^(1−x),      C(λ) = 2 artanh(1 − 2λ) / (1 − 2λ),      C(½) = 2

    (Loaiza-Ganem and Cunningham 2019, "The continuous Bernoulli: fixing a pervasive error in variational autoencoders",
    section 4). With the logit η it is an exponential family,

        log p(x) = x η − A(η),      A(η) = log((e^η − 1) / η) = η/2 + log(sinh(η/2) / (η/2)),

    whose mean is A'(η). The formulas are 0/0 at η = 0, and cancel near it. For |η| < 1 they are replaced by their series.

    p(x) is a density: log p(x) may be positive, and has no upper bound at x = 0 and x = 1.
    """

    logits: Any

    def log_prob_per_unit(self, x):
        x, logits = promote(x, self.logits)
        near, small, size = _parts(logits)
        # near 0: (x − ½) η − log(sinh(η/2) / (η/2)); elsewhere, with a = |η|: x η − max(η, 0) − log((1 − e^−a) / a)
        series = (x - 0.5) * logits - _log_sinhc(0.5 * small)
        exact = x * logits - ops.relu(logits) - ops.log(-ops.expm1(-size) / size)
        return ops.where(near, series, exact)

    def sample(self, seed, shape=()):
        """Return draws log(1 + u (e^η − 1)) / η of uniform u, by the inverse of the CDF; no gradient flows through them."""
        (logits,) = promote(self.logits)
        u = random_like(keras.random.uniform, logits, seed, shape)
        size = ops.maximum(ops.abs(logits), 1e-6)  # below it, draws are uniform up to rounding
        lower = -ops.log1p(u * ops.expm1(-size)) / size  # a draw for −|η|, which 1 − x turns into one for |η|
        return ops.stop_gradient(ops.clip(ops.where(logits > 0, 1 - lower, lower), 0.0, 1.0))

    @property
    def mean(self):
        """A'(η) = λ / (2λ − 1) + 1 / (2 artanh(1 − 2λ)), or ½ for λ = ½."""
        (logits,) = promote(self.logits)
        near, small, size = _parts(logits)
        upper = -1 / ops.expm1(-size) - 1 / size  # the mean for |η|
        return ops.where(near, _series_of_mean(0.5 * small), ops.where(logits > 0, upper, 1 - upper))

    @property
    def mode(self):
        """The end of [0, 1] with the larger density, 0 or 1. For λ = ½ the density is constant, and 0 is returned."""
        (logits,) = promote(self.logits)
        return ops.cast(logits > 0, logits.dtype)


def _parts(logits):
    """Return a mask of the logits near 0, the logits with 0 elsewhere, and their absolute values with 1 near 0.

    A branch of `where` that is not chosen still receives a gradient, 0 times the derivative, which must be finite.
    """
    near = ops.abs(logits) < NEAR
    return near, ops.where(near, logits, 0.0), ops.where(near, 1.0, ops.abs(logits))


def _log_sinhc(h):
    """Return log(sinh h / h) for |h| ≤ ½, by its series."""
    q = ops.square(h)
    return q * (1 / 6 - q * (1 / 180 - q * (1 / 2835 - q * (1 / 37800 - q / 467775))))


def _series_of_mean(h):
    """Return ½ + ½ d/dh log(sinh h / h) for |h| ≤ ½."""
    q = ops.square(h)
    return 0.5 + h * (1 / 6 - q * (1 / 90 - q * (1 / 945 - q * (1 / 9450 - q / 93555))))
