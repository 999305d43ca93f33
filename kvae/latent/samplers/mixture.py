"""Mixtures of normal distributions with full covariances."""

import dataclasses
import warnings
from collections.abc import Iterator, Sequence

import numpy as np

from kvae.latent.samplers.coordinates import few
from kvae.latent.samplers.density import Density, Scores, Task, check_arrays

CODES_PER_COMPONENT = 10
"""Least number of codes to which a component is fitted."""

REGULARIZATION = 1e-3
"""Number that is added to each variance of a component. The scores have variances of about 1."""

SHRINKAGES = (0.5, 1.0)
"""Factors γ of the shrinkage that are tried if there are few codes."""

TOLERANCE, ITERATIONS = 1e-2, 100
"""Change of the mean log density, in nats, below which the fit ends, and largest number of its iterations."""


@dataclasses.dataclass(frozen=True, eq=False)
class Mixture(Density):
    """The density Σ_k w_gk N(s; μ_k, L_k L_kᵀ) of scores s (R,) of group g.

    There is one group, or one for each class.

    Args:
        weights: weights of the components in each group (G, K).
        means: (K, R).
        factors: the rows of the lower triangles L_k, (K, R (R + 1) / 2).
    """

    weights: np.ndarray
    means: np.ndarray
    factors: np.ndarray

    @classmethod
    def of(cls, parts: Sequence[np.ndarray], components: int, seed: int) -> "Mixture":
        """Return the mixture fitted to the scores (N, R) of each group: `components` of each."""
        fitted = [_fit(part, components, seed) for part in parts]
        weights = np.concatenate([mixture.weights_ for mixture in fitted])
        means = np.concatenate([mixture.means_ for mixture in fitted])
        covariances = np.concatenate([mixture.covariances_ for mixture in fitted])  # (K, R, R)
        return cls._of_components(weights, means, covariances, len(parts))

    @classmethod
    def shrunk(cls, parts: Sequence[np.ndarray], independent: np.ndarray, shrinkage: float) -> "Mixture":
        """Return one component for each group, with the mean of its scores (N, R) and their `shrunk_covariance`."""
        means = np.stack([part.mean(axis=0) for part in parts])
        covariances = np.stack([shrunk_covariance(part, independent, shrinkage) for part in parts])
        covariances += REGULARIZATION * np.eye(len(independent))
        return cls._of_components(np.ones(len(parts)), means, covariances, len(parts))

    @classmethod
    def _of_components(cls, weights: np.ndarray, means: np.ndarray, covariances: np.ndarray, count: int) -> "Mixture":
        """Return the mixture of `count` groups, whose components follow each other."""
        groups = np.repeat(np.eye(count), len(weights) // count, axis=1)  # (G, K)
        packed = np.linalg.cholesky(covariances)[(slice(None), *np.tril_indices(means.shape[1]))]
        return cls(*(array.astype("float32") for array in (groups * weights, means, packed)))

    @property
    def facts(self):
        return {"components": len(self.means)}

    def check(self, rank, labels):
        components = self.means.size // rank
        groups = self.weights.size // max(components, 1)
        triangle = rank * (rank + 1) // 2
        shapes = {"weights": (groups, components), "means": (components, rank), "factors": (components, triangle)}
        check_arrays(self, shapes)
        if components < 1 or groups < 1 or groups not in (1, labels):
            raise ValueError(f"{groups} groups of {components} components for {labels} labels")
        diagonal = np.cumsum(np.arange(1, rank + 1)) - 1  # its positions in the rows of a lower triangle
        if (self.factors[:, diagonal] <= 0).any():
            raise ValueError("covariances that are not positive")
        if (self.weights < 0).any() or (self.weights.sum(axis=1) <= 0).any():
            raise ValueError("weights that are not positive")

    def log_prob(self, scores, features):
        from scipy.linalg import solve_triangular
        from scipy.special import logsumexp

        columns = []
        for mean, factor in zip(self.means, self._matrices(), strict=True):
            distance = solve_triangular(factor, (scores - mean).T, lower=True)  # (R, N)
            columns.append(-0.5 * np.square(distance).sum(axis=0) - np.log(np.diagonal(factor)).sum())
        log_normals = np.stack(columns, axis=1) - 0.5 * scores.shape[1] * np.log(2 * np.pi)  # (N, K)
        return logsumexp(log_normals, b=self._weights(features), axis=1)

    def sample(self, features, rng):
        cumulated = np.cumsum(self._weights(features), axis=1)  # (N, K)
        cumulated /= cumulated[:, -1:]
        # A component without weight is never chosen: random numbers are below 1.
        chosen = (rng.random((len(features), 1)) >= cumulated).sum(axis=1)
        scores = rng.standard_normal((len(features), self.means.shape[1]))
        for k, factor in enumerate(self._matrices()):
            rows = chosen == k
            scores[rows] = self.means[k] + scores[rows] @ factor.T
        return scores

    def _weights(self, features: np.ndarray) -> np.ndarray:
        """Return the weights of the components, given encoded labels (N, A): (N, K), in float64. The sum of a row is 1."""
        weights = self.weights.astype("float64")
        groups = np.zeros(len(features), int) if len(weights) == 1 else np.argmax(features, axis=1)
        return (weights / weights.sum(axis=1, keepdims=True))[groups]

    def _matrices(self) -> np.ndarray:
        """Return the lower triangular matrices L_k in float64: (K, R, R)."""
        rank = self.means.shape[1]
        matrices = np.zeros((len(self.means), rank, rank))
        matrices[(slice(None), *np.tril_indices(rank))] = self.factors
        return matrices


def numbers_of_mixture(rank: int, groups: int, components: int) -> int:
    """Return the number of values of a mixture with so many components of each group."""
    return groups * components * (groups + rank + rank * (rank + 1) // 2)


def mixtures(used: Scores, held: Scores, task: Task, counts: Sequence[int]) -> Iterator[Mixture]:
    """Yield mixtures with `counts` components, as far as there is room for them and there are scores.

    The first ones ignore the labels. With classes, others with `counts` components of each class follow.

    Args:
        used: the scores to which the mixtures are fitted.
        held: scores that are held back. They are not used.
        task: the codes and the room for which the mixtures are fitted.
        counts: numbers of components of a group.
    """
    scores, features = used
    rank = scores.shape[1]
    groupings = [(np.zeros(len(scores), int), 1)]
    if task.exclusive:
        groupings.append((np.argmax(features, axis=1), features.shape[1]))
    for groups, number in groupings:
        parts = [scores[groups == group] for group in range(number)]
        fewest = min(map(len, parts))
        for components in counts:
            fits = components <= fewest // CODES_PER_COMPONENT
            if fits and numbers_of_mixture(rank, number, components) <= task.room:
                yield Mixture.of(parts, components, task.seed)
                if components == 1 and few(fewest, rank):
                    yield from (Mixture.shrunk(parts, task.independent, shrinkage) for shrinkage in SHRINKAGES)


def shrunk_covariance(scores: np.ndarray, independent: np.ndarray, shrinkage: float = 1.0) -> np.ndarray:
    """Return the covariance C of scores s_n, shrunk towards the variances `independent` (Ledoit and Wolf 2004).

        (1 − γλ) C + γλ T    with λ = min(1, Σ_n |d_n d_nᵀ − C|² / (N² |C − T|²)),   d_n = s_n − mean,

    where T is the diagonal matrix of the variances `independent`. The squares are summed over the entries of matrices, in
    units in which T is the identity. The numerator estimates the squared error of C: the fewer scores there are, the more C
    is shrunk.

    Args:
        scores: (N, R).
        independent: diagonal of T (R,).
        shrinkage: γ.
    """
    scale = np.sqrt(independent)
    d = (scores - scores.mean(axis=0)) / scale
    covariance, identity = d.T @ d / len(d), np.eye(d.shape[1])
    products = np.square(np.square(d).sum(axis=1)) - 2 * np.sum(d @ covariance * d, axis=1)
    error = (products.mean() + np.square(covariance).sum()) / len(d)
    share = shrinkage * min(1.0, error / max(np.square(covariance - identity).sum(), 1e-12))
    return ((1 - share) * covariance + share * identity) * np.outer(scale, scale)


def _fit(scores: np.ndarray, components: int, seed: int):
    """Return the mixture of scikit-learn that is fitted to scores (N, R).

    The components begin with unit covariances around scores that k-means++ chooses. The k-means of scikit-learn, which it
    would begin with by default, adds numbers of several threads in an order that varies.
    """
    from sklearn.cluster import kmeans_plusplus
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    mixture = GaussianMixture(
        components,
        tol=TOLERANCE,
        reg_covar=REGULARIZATION,
        max_iter=ITERATIONS,
        init_params="random_from_data",  # which the next three replace
        weights_init=np.full(components, 1 / components),
        means_init=kmeans_plusplus(scores, components, random_state=seed)[0],
        precisions_init=np.tile(np.eye(scores.shape[1]), (components, 1, 1)),
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the fit may end at ITERATIONS
        return mixture.fit(scores)
