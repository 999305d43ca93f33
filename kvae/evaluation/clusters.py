"""Clusters of latent codes, one per class, and regression of years on codes."""

import dataclasses
import warnings

import numpy as np

ALPHAS = np.logspace(-3, 6, 28)
"""Penalties α among which ridge regression chooses."""

FOLDS = 5
"""Number of folds of a cross-validation."""


@dataclasses.dataclass(frozen=True)
class Clusters:
    """A cluster of codes for each class, with a mean m_c and a share π_c of the examples, and one covariance S for all.

        d²_c(z) = (z − m_c)ᵀ S⁻¹ (z − m_c)          nearest: argmin_c d²_c          likeliest: argmin_c d²_c − 2 log π_c

    The likeliest cluster is the prediction of linear discriminant analysis (LDA). S is the covariance of the codes
    about the mean of their class, shrunk (Ledoit and Wolf 2004). All clusters share it for two reasons: with a
    covariance per class, the widest cluster would attract almost every point, and the covariance of a small class is
    poorly estimated.

    Args:
        classes: numbers of the classes (C,), ascending.
        mean: means of the clusters (C, D).
        share: shares of the examples (C,).
        whitening: W (D, D) with W Wᵀ = S⁻¹.
    """

    classes: np.ndarray
    mean: np.ndarray
    share: np.ndarray
    whitening: np.ndarray

    @classmethod
    def of(cls, z: np.ndarray, y: np.ndarray) -> "Clusters":
        """Return the clusters of codes `z` (N, D) with classes `y` (N,).

        Units that are constant in every class have no effect on distances.
        """
        from sklearn.covariance import ledoit_wolf

        classes, cluster, counts = np.unique(y, return_inverse=True, return_counts=True)
        mean = np.stack([z[cluster == number].mean(axis=0) for number in range(len(classes))])
        deviation = z - mean[cluster]
        scale = deviation.std(axis=0)
        used = scale > 1e-6 * max(scale.max(), np.abs(mean).max())  # False for a unit that is constant in every class
        if not used.any():  # all examples of a class have the same code
            used = np.ones_like(used)
            scale = np.ones_like(scale)
        scale = np.where(used, scale, 1.0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # scikit-learn warns about a single example
            correlation, _ = ledoit_wolf(deviation / scale, assume_centered=True)
        correlation += 1e-6 * np.eye(len(scale))
        lower = np.linalg.cholesky(np.linalg.inv(correlation))
        return cls(classes, mean, counts / len(y), (used / scale)[:, None] * lower)

    def distances(self, z: np.ndarray) -> np.ndarray:
        """Return d² between codes (…, D) and every cluster: (…, C)."""
        z, mean = z @ self.whitening, self.mean @ self.whitening
        return np.stack([np.square(z - each).sum(axis=-1) for each in mean], axis=-1)

    def classify(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the classes of the nearest and of the likeliest cluster, (N,) each, of codes (N, D).

        If each example has P codes, (N, P, D), its distance to a cluster is that of the closest code.
        """
        distance = self.distances(z)
        distance = distance.min(axis=1) if z.ndim == 3 else distance  # (N, P, C) -> (N, C)
        nearest = distance.argmin(axis=1)
        likeliest = (distance - 2 * np.log(self.share)).argmin(axis=1)
        return self.classes[nearest], self.classes[likeliest]


def cross_validated(z: np.ndarray, y: np.ndarray, folds) -> tuple[np.ndarray, np.ndarray]:
    """Return the nearest and the likeliest class of codes (N, D), by clusters fitted to the other folds: (N,) each.

    `folds` yields pairs of row numbers, those to fit and those to predict, as `split` of scikit-learn does.
    """
    nearest, likeliest = np.empty_like(y), np.empty_like(y)
    for train, test in folds:
        clusters = Clusters.of(z[train], y[train])
        nearest[test], likeliest[test] = clusters.classify(z[test])
    return nearest, likeliest


def ridge(z: np.ndarray, years: np.ndarray):
    """Return a ridge regression of years (N,) on codes (N, D), with the penalty of least leave-one-out error."""
    from sklearn.linear_model import RidgeCV

    return RidgeCV(ALPHAS).fit(z, years)
