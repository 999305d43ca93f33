"""Codes by class: clusters that tell whose a code is, and a regression that tells when."""

import dataclasses
import warnings

import numpy as np

ALPHAS = np.logspace(-3, 6, 28)
"""Penalties among which a ridge regression chooses."""


@dataclasses.dataclass(frozen=True)
class Clusters:
    """A cluster of codes for each class: a mean m_c, a share π_c of the examples, and one covariance S for all.

        d²_c(z) = (z − m_c)ᵀ S⁻¹ (z − m_c)          nearest: argmin_c d²_c          likeliest: argmin_c d²_c − 2 log π_c

    S is that of the codes about their class's mean, shrunk (Ledoit and Wolf 2004). It is the clusters' common spread that
    distances are measured in: by each one's own spread, the widest cluster would be the nearest to almost everything, and
    one of few examples, whose spread is chance, could be it.

    classes: their numbers (C,), ascending. mean: (C, D). share: (C,). whitening: W (D, D) with W Wᵀ = S⁻¹.
    """

    classes: np.ndarray
    mean: np.ndarray
    share: np.ndarray
    whitening: np.ndarray

    @classmethod
    def of(cls, z: np.ndarray, y: np.ndarray) -> "Clusters":
        """The clusters of codes (N, D) of classes (N,)."""
        from sklearn.covariance import ledoit_wolf

        classes, place, counts = np.unique(y, return_inverse=True, return_counts=True)
        mean = np.stack([z[place == number].mean(axis=0) for number in range(len(classes))])
        rest = z - mean[place]
        scale = rest.std(axis=0)
        used = scale > 1e-6 * max(scale.max(), np.abs(mean).max())  # a unit constant within classes has no scale
        if not used.any():
            used, scale = np.ones_like(used), np.ones_like(scale)  # every example of a class has the same code
        scale = np.where(used, scale, 1.0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a single example
            correlation, _ = ledoit_wolf(rest / scale, assume_centered=True)
        correlation += 1e-6 * np.eye(len(scale))
        lower = np.linalg.cholesky(np.linalg.inv(correlation))
        return cls(classes, mean, counts / len(y), (used / scale)[:, None] * lower)

    def distances(self, z: np.ndarray) -> np.ndarray:
        """d² of codes (…, D) to every cluster: (…, C)."""
        z, mean = z @ self.whitening, self.mean @ self.whitening
        return np.stack([np.square(z - each).sum(axis=-1) for each in mean], axis=-1)

    def attribute(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The class of the nearest and of the likeliest cluster, (N,) each, of codes (N, D); of several codes of each
        example, (N, P, D), by the one that fits best."""
        distance = self.distances(z)
        distance = distance.min(axis=1) if z.ndim == 3 else distance
        answers = distance.argmin(axis=1), (distance - 2 * np.log(self.share)).argmin(axis=1)
        return self.classes[answers[0]], self.classes[answers[1]]


def cross_validated(z: np.ndarray, y: np.ndarray, folds) -> tuple[np.ndarray, np.ndarray]:
    """The nearest and the likeliest class of every code (N, D), each by the clusters of the other folds."""
    nearest, likeliest = np.empty_like(y), np.empty_like(y)
    for learnt, judged in folds:
        clusters = Clusters.of(z[learnt], y[learnt])
        nearest[judged], likeliest[judged] = clusters.attribute(z[judged])
    return nearest, likeliest


def ridge(z: np.ndarray, years: np.ndarray):
    """Years (N,) regressed from codes (N, D); the penalty is the best of `ALPHAS` when each example is left out once."""
    from sklearn.linear_model import RidgeCV

    return RidgeCV(ALPHAS).fit(z, years)
