"""Latent codes as few standardised scores, and back."""

import dataclasses

import numpy as np

from kvae.latent.samplers.density import check_arrays

LEAST_VARIANCE = 1e-6
"""Least variance of a principal component, and of the rest, in units of the variance of a latent unit.

An autoencoder may have latent units that do not vary.
"""


@dataclasses.dataclass(frozen=True, eq=False)
class Coordinates:
    """The linear map between latent codes z (N, D), given encoded labels f (N, A), and scores s (N, R), R ≤ D:

        z = center + f effects + scale · (basis (spread · s) + e)

    The columns of `basis` are the leading principal components of the codes, whose units are first divided by their
    standard deviations. e is normal with the standard deviation `noise` in every direction orthogonal to them
    (probabilistic PCA, Tipping and Bishop 1999). With R = D there is no e.

    Args:
        center: (D,).
        effects: change of the mean by each encoded label (A, D). A = 0 if the model takes no labels.
        scale: (D,).
        basis: orthonormal columns (D, R).
        spread: standard deviation along each column (R,).
        noise: (1,).
    """

    center: np.ndarray
    effects: np.ndarray
    scale: np.ndarray
    basis: np.ndarray
    spread: np.ndarray
    noise: np.ndarray

    @classmethod
    def of(cls, codes: np.ndarray, features: np.ndarray, rank: int) -> "Coordinates":
        """Return the coordinates with `rank` scores that codes (N, D) with encoded labels (N, A) suggest.

        The effects of the labels are those of least squares, so that the mean of the codes of each class is exact.
        """
        mean, frequencies = codes.mean(axis=0), features.mean(axis=0)
        effects = np.linalg.lstsq(features - frequencies, codes - mean, rcond=None)[0]  # (A, D)
        center = mean - frequencies @ effects
        rest = codes - center - features @ effects
        std = rest.std(axis=0)
        scale = np.maximum(std, max(1e-6 * std.max(), 1e-12))
        rest /= scale
        size = len(scale)
        values, basis = _principal_components(rest, rank)
        total = np.square(rest).sum() / len(rest)
        remaining = (total - values.sum()) / (size - rank) if rank < size else 1.0
        spread = np.sqrt(np.maximum(values, LEAST_VARIANCE))
        noise = np.sqrt([max(remaining, LEAST_VARIANCE)])
        return cls(*(array.astype("float32") for array in (center, effects, scale, basis, spread, noise)))

    def check(self, size: int) -> None:
        """Raise `ValueError` unless the arrays, which may come from anyone, are those of codes of `size` values."""
        labels, rank = self.effects.size // size, self.spread.size
        shapes = {
            "center": (size,),
            "effects": (labels, size),
            "scale": (size,),
            "basis": (size, rank),
            "spread": (rank,),
            "noise": (1,),
        }
        check_arrays(self, shapes)
        if rank < 1 or not all((array > 0).all() for array in (self.scale, self.spread, self.noise)):
            raise ValueError("scales that are not positive")

    def mean(self, features: np.ndarray) -> np.ndarray:
        """Return the code whose scores are 0 for each row of encoded labels (N, A): (N, D)."""
        return self.center.astype("float64") + features @ self.effects.astype("float64")

    def scores(self, codes: np.ndarray, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the scores (N, R) of codes (N, D), and log p(z|f) − log p(s|f) (N,), in nats."""
        rest = (codes - self.mean(features)) / self.scale
        along = rest @ self.basis.astype("float64")
        orthogonal = np.maximum(np.square(rest).sum(axis=1) - np.square(along).sum(axis=1), 0)
        (size, rank), noise = self.basis.shape, float(self.noise[0])
        if rank == size:
            orthogonal = np.zeros(len(codes))  # what is left is a rounding error
        log_noise = -0.5 * orthogonal / noise**2 - (size - rank) * (np.log(noise) + 0.5 * np.log(2 * np.pi))
        log_volume = np.log(self.scale.astype("float64")).sum() + np.log(self.spread.astype("float64")).sum()
        return along / self.spread, log_noise - log_volume

    def codes(self, scores: np.ndarray, features: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return codes (N, D) with the scores (N, R). What the scores leave open is drawn with `rng`."""
        (size, rank), basis = self.basis.shape, self.basis.astype("float64")
        rest = (scores * self.spread) @ basis.T
        if rank < size:
            noise = rng.standard_normal(rest.shape)
            rest += self.noise * (noise - (noise @ basis) @ basis.T)
        return self.mean(features) + self.scale * rest


def numbers_of_coordinates(size: int, labels: int, rank: int) -> int:
    """Return the number of values of the coordinates of codes of `size` values with `rank` scores."""
    return size * (2 + labels + rank) + rank + 1


def _principal_components(x: np.ndarray, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the variances (R,) and the directions (D, R) of the `rank` leading principal components of x (N, D).

    The mean of x is 0. They are computed from the smaller one of the matrices xᵀx and xxᵀ.
    """
    from scipy.linalg import eigh

    n, size = x.shape
    if size <= n:
        return eigh(x.T @ x / n, subset_by_index=(size - rank, size - 1))
    variances, left = eigh(x @ x.T / n, subset_by_index=(n - rank, n - 1))
    return variances, np.linalg.qr(x.T @ left)[0]
