"""Latent codes as few standardised scores, and back."""

import dataclasses
from typing import Self

import numpy as np

from kvae.latent.samplers.density import array_fields, check_arrays

LEAST_VARIANCE = 1e-6
"""Least variance of a principal component, and of the rest, in units of the variance of a latent unit.

An autoencoder may have latent units that do not vary.
"""

ENOUGH_CODES = 20
"""Number of codes for each score from which the sample covariance is taken as it is.

Correcting it would raise the log density of other codes a little, but samples would lose correlations and gain noise.
"""


@dataclasses.dataclass(frozen=True, eq=False)
class Units:
    """Latent codes z (N, D), given encoded labels f (N, A), in units of their standard deviations: scores s (N, D).

        z = center + f effects + scale · s

    Args:
        center: (D,).
        effects: change of the mean by each encoded label (A, D). A = 0 if the model takes no labels.
        scale: (D,).
    """

    center: np.ndarray
    effects: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, codes: np.ndarray, features: np.ndarray, rank: int | None = None) -> Self:
        """Return the scores that codes (N, D) with encoded labels (N, A) suggest.

        The effects of the labels are those of least squares, so that the mean of the codes of each class is exact.

        Args:
            codes, features: the codes and their encoded labels.
            rank: number R of scores, by default D. `Units` always have D.
        """
        mean, frequencies = codes.mean(axis=0), features.mean(axis=0)
        effects = np.linalg.lstsq(features - frequencies, codes - mean, rcond=None)[0]  # (A, D)
        center = mean - frequencies @ effects
        std = (codes - center - features @ effects).std(axis=0)
        scale = np.maximum(std, max(1e-6 * std.max(), 1e-12))
        return cls(*(array.astype("float32") for array in (center, effects, scale)))

    @property
    def rank(self) -> int:
        """The number of scores."""
        return self.scale.size

    @property
    def independent_variances(self) -> np.ndarray:
        """The variances that the scores would have if all units were independent (R,)."""
        return np.ones(self.rank)

    @property
    def numbers(self) -> int:
        """The number of values of all arrays."""
        return sum(getattr(self, name).size for name in array_fields(type(self)))

    def check(self, size: int) -> None:
        """Raise `ValueError` unless the arrays, which may come from anyone, are those of codes of `size` values."""
        check_arrays(self, {"center": (size,), "effects": (self.effects.size // size, size), "scale": (size,)})
        if not (self.scale > 0).all():
            raise ValueError("scales that are not positive")

    def mean(self, features: np.ndarray) -> np.ndarray:
        """Return the code whose scores are 0 for each row of encoded labels (N, A): (N, D)."""
        return self.center.astype("float64") + features @ self.effects.astype("float64")

    def scores(self, codes: np.ndarray, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the scores (N, R) of codes (N, D), and log p(z|f) − log p(s|f) (N,), in nats."""
        log_volume = np.log(self.scale.astype("float64")).sum()
        return (codes - self.mean(features)) / self.scale, np.full(len(codes), -log_volume)

    def codes(self, scores: np.ndarray, features: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return codes (N, D) with the scores (N, R). What the scores leave open is drawn with `rng`."""
        return self.mean(features) + self.scale * scores


@dataclasses.dataclass(frozen=True, eq=False)
class Coordinates(Units):
    """The linear map between latent codes z (N, D), given encoded labels f (N, A), and scores s (N, R), R ≤ D:

        z = center + f effects + scale · (basis (spread · s) + e)

    The columns of `basis` are the leading principal components of the codes, whose units are first divided by their
    standard deviations. e is normal with the standard deviation `noise` in every direction orthogonal to them
    (probabilistic PCA, Tipping and Bishop 1999). With R = D there is no e.

    Args:
        center, effects, scale: those of `Units`.
        basis: orthonormal columns (D, R).
        spread: standard deviation along each column (R,).
        noise: (1,).
    """

    basis: np.ndarray
    spread: np.ndarray
    noise: np.ndarray

    @classmethod
    def of(cls, codes, features, rank: int | None = None):
        units = Units.of(codes, features)
        rest, size = units.scores(codes, features)[0], units.rank
        rank = size if rank is None else rank
        values, basis = principal_components(rest, rank)
        spread = np.sqrt(np.maximum(values, LEAST_VARIANCE))
        noise = np.sqrt([max(_remaining_variance(rest, basis), LEAST_VARIANCE)]) if rank < size else np.ones(1)
        arrays = (array.astype("float32") for array in (basis, spread, noise))
        return cls(units.center, units.effects, units.scale, *arrays)

    @property
    def rank(self):
        return self.spread.size

    @property
    def independent_variances(self):
        return 1 / np.square(self.spread.astype("float64"))

    def check(self, size):
        super().check(size)
        check_arrays(self, {"basis": (size, self.rank), "spread": (self.rank,), "noise": (1,)})
        if self.rank < 1 or not all((array > 0).all() for array in (self.spread, self.noise)):
            raise ValueError("scales that are not positive")

    def scores(self, codes, features):
        rest, log_scale = super().scores(codes, features)
        along = rest @ self.basis.astype("float64")
        orthogonal = np.maximum(np.square(rest).sum(axis=1) - np.square(along).sum(axis=1), 0)
        (size, rank), noise = self.basis.shape, float(self.noise[0])
        if rank == size:
            orthogonal = np.zeros(len(codes))  # what is left is a rounding error
        log_noise = -0.5 * orthogonal / noise**2 - (size - rank) * (np.log(noise) + 0.5 * np.log(2 * np.pi))
        return along / self.spread, log_noise + log_scale - np.log(self.spread.astype("float64")).sum()

    def codes(self, scores, features, rng):
        (size, rank), basis = self.basis.shape, self.basis.astype("float64")
        rest = (scores * self.spread) @ basis.T
        if rank < size:
            noise = rng.standard_normal(rest.shape)
            rest += self.noise * (noise - (noise @ basis) @ basis.T)
        return super().codes(rest, features, rng)


def numbers_of_coordinates(size: int, labels: int, rank: int) -> int:
    """Return the number of values of the coordinates of codes of `size` values with `rank` scores."""
    return size * (2 + labels + rank) + rank + 1


def few(codes: int, scores: int) -> bool:
    """Return True if there are too few codes for the sample covariance of so many scores."""
    return codes < ENOUGH_CODES * scores


def _remaining_variance(x: np.ndarray, basis: np.ndarray) -> float:
    """Return the mean variance of x (N, D) in the directions orthogonal to its leading principal components (D, R).

    Few rows vary less outside their own components than others do. Then the components of each half of x are applied to the
    other half.
    """
    rank = basis.shape[1]
    pairs = [(basis, x)]
    if few(len(x), rank):
        first, second = np.array_split(x, 2)
        pairs = [(principal_components(half, rank)[1], other) for half, other in ((first, second), (second, first))]
    total = sum(np.square(part).sum() - np.square(part @ directions).sum() for directions, part in pairs)
    return total / (len(x) * (x.shape[1] - rank))


def principal_components(x: np.ndarray, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the variances (R,) and the directions (D, R) of the `rank` leading principal components of x (N, D).

    The mean of x is 0. They are computed from the smaller one of the matrices xᵀx and xxᵀ.
    """
    from scipy.linalg import eigh

    n, size = x.shape
    if size <= n:
        return eigh(x.T @ x / n, subset_by_index=(size - rank, size - 1))
    variances, left = eigh(x @ x.T / n, subset_by_index=(n - rank, n - 1))
    return variances, np.linalg.qr(x.T @ left)[0]
