"""Distances between two sets of features, and measures of their overlap.

Features are arrays (N, D) of float64, one row for each image. Pairs of images are compared in blocks of rows, so that the
memory does not grow with the square of N.
"""

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np

BLOCK = 1024
"""Number of images that are compared at a time with all images of the other set."""

SIZES = 15
"""Number of sizes of subsets from which the Fréchet distance is extrapolated, as in the source."""

COMPONENTS = 32
"""Largest number of principal components of features."""

# ---------------------------------------------------------------------------- Fréchet distance


@dataclasses.dataclass(frozen=True)
class Normal:
    """The normal distribution fitted to a set of features.

    Args:
        mean: the mean (D,).
        root: a matrix R (≤ D, D) with RᵀR = S, the covariance. It is computed from the features without S, whose rounding
            errors are the square of those of R.
    """

    mean: np.ndarray
    root: np.ndarray

    @classmethod
    def of(cls, x: np.ndarray) -> "Normal":
        """Return the normal distribution with the mean and the unbiased covariance of features (N, D), N ≥ 2."""
        mean, root = x.mean(axis=0), np.empty((0, x.shape[1]))
        for rows in _blocks(len(x)):
            root = np.linalg.qr(np.concatenate([root, x[rows] - mean]), mode="r")
        return cls(mean, root / np.sqrt(len(x) - 1))

    def distance(self, other: "Normal") -> float:
        """Return the Fréchet distance, the squared Wasserstein distance of two normal distributions:

            |μ − μ'|² + tr S + tr S' − 2 tr (S S')^½

        The last trace is the sum of the singular values of R R'ᵀ.
        """
        product = np.linalg.svd(self.root @ other.root.T, compute_uv=False).sum()
        traces = np.square(self.root).sum() + np.square(other.root).sum()
        return float(np.square(self.mean - other.mean).sum() + traces - 2 * product)


def frechet_distance(x: np.ndarray, y: np.ndarray) -> float:
    """Return the Fréchet distance (Heusel et al. 2017) of the normal distributions fitted to features (N, D) and (M, D)."""
    return Normal.of(x).distance(Normal.of(y))


def principal_components(x: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function that projects features (M, D) to the first `COMPONENTS` principal components of features `x` (N, D).

    The Fréchet distance of sets with few images depends mostly on their number. In few components it depends less on it.
    """
    from sklearn.decomposition import PCA

    return PCA(min(COMPONENTS, *x.shape), svd_solver="full").fit(x).transform


def limit_of_frechet_distance(real: Normal, generated: np.ndarray, seed: int) -> float:
    """Return the Fréchet distance from `real`, extrapolated to infinitely many `generated` images (M, D).

    The distance of M images exceeds its limit by about c / M. The result is the intercept of a line through the distances
    of random subsets over 1 / size (Chong and Forsyth 2020). The sizes are `SIZES` numbers from M / 2 to M. The result may
    be negative if the limit is near 0.
    """
    rng, n = np.random.default_rng(seed), len(generated)
    sizes = np.linspace(max(2, n // 2), n, SIZES).astype(int)
    subsets = (generated[rng.choice(n, size, replace=False)] for size in sizes)
    _, intercept = np.polyfit(1 / sizes, [real.distance(Normal.of(subset)) for subset in subsets], 1)
    return float(intercept)


# ---------------------------------------------------------------------------- kernel distance


def kernel_distance(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Return the kernel distance of features (N, D) and (M, D), N and M ≥ 3, and its standard error.

    The kernel distance (KID, Bińkowski et al. 2018) is the unbiased estimate of the squared maximum mean discrepancy

        E k(x, x') + E k(y, y') − 2 E k(x, y)        k(x, y) = (x·y / D + 1)³

    over pairs of different images. It is negative about every second time if both sets have one distribution. The
    standard error is that of the jackknife, which leaves out one image at a time. On average it is not too small (Efron
    and Stein 1981).
    """
    n, m = len(x), len(y)
    own_x, own_y = _sums_of_others(x), _sums_of_others(y)  # (N,), (M,)
    cross_x, cross_y = np.zeros(n), np.zeros(m)
    for rows in _blocks(n):
        block = _kernel(x[rows], y)
        cross_x[rows] = block.sum(axis=1)
        cross_y += block.sum(axis=0)
    xx, yy, xy = own_x.sum(), own_y.sum(), cross_x.sum()

    def estimate(xx, yy, xy, n, m):
        return xx / (n * (n - 1)) + yy / (m * (m - 1)) - 2 * xy / (n * m)

    without_x = estimate(xx - 2 * own_x, yy, xy - cross_x, n - 1, m)  # (N,)
    without_y = estimate(xx, yy - 2 * own_y, xy - cross_y, n, m - 1)  # (M,)
    variance = (n - 1) * without_x.var() + (m - 1) * without_y.var()
    return float(estimate(xx, yy, xy, n, m)), float(np.sqrt(variance))


def kernel_subsets(x: np.ndarray, y: np.ndarray, size: int, count: int, seed: int) -> np.ndarray:
    """Return the kernel distances of `count` pairs of random subsets with `size` images of either set: (count,)."""
    rng = np.random.default_rng(seed)
    pairs = ([z[rng.choice(len(z), size, replace=False)] for z in (x, y)] for _ in range(count))
    return np.array([kernel_distance(*pair)[0] for pair in pairs])


def resampled_kernel_distances(x: np.ndarray, y: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return the kernel distance of resamples of features (N, D) and (M, D): (R,).

    Image n of the first set occurs u[r, n] times in resample r, and image m of the second v[r, m] times. A pair of copies of
    one image does not count, so that each estimate is unbiased.

    Args:
        x, y: features.
        u, v: numbers of occurrences (R, N) and (R, M).
    """
    cross = np.einsum("rn,rn->r", u, v @ _kernel(y, x)) / (u.sum(axis=1) * v.sum(axis=1))
    return _mean_of_pairs(x, u) + _mean_of_pairs(y, v) - 2 * cross


def _mean_of_pairs(x: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Return the mean of the kernel over pairs of different images of each resample: (R,)."""
    sums = np.zeros(len(u))
    for rows in _blocks(len(x)):
        sums += np.einsum("rn,rn->r", u[:, rows], u @ _kernel(x, x[rows]))
    itself = (np.square(x).sum(axis=1) / x.shape[1] + 1) ** 3
    squares = np.square(u)
    return (sums - squares @ itself) / (np.square(u.sum(axis=1)) - squares.sum(axis=1))


def _kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (x @ y.T / x.shape[1] + 1) ** 3


def _sums_of_others(x: np.ndarray) -> np.ndarray:
    """Return the sum of the kernel of each image with all other images of its set: (N,)."""
    itself = (np.square(x).sum(axis=1) / x.shape[1] + 1) ** 3
    return np.concatenate([_kernel(x[rows], x).sum(axis=1) for rows in _blocks(len(x))]) - itself


# ---------------------------------------------------------------------------- neighbours


def precision_recall(real: np.ndarray, generated: np.ndarray, k: int) -> tuple[float, float]:
    """Return precision and recall (Kynkäänniemi et al. 2019) of features (N, D) and (M, D), N and M > k.

    The ball of an image reaches to its k-th nearest neighbour of the same set. Precision is the share of generated images
    that lie in the ball of a real image, recall the share of real images that lie in the ball of a generated image.
    """
    return _share_within(generated, real, k), _share_within(real, generated, k)


def density_coverage(real: np.ndarray, generated: np.ndarray, k: int) -> tuple[float, float]:
    """Return density and coverage (Naeem et al. 2020) of features (N, D) and (M, D), N > k.

    Density is the mean number of balls of real images in which a generated image lies, divided by k. It is 1 on average
    if both sets have one distribution, and may be larger. Coverage is the share of real images whose balls hold a
    generated image.
    """
    radii, count, covered = _squared_radii(real, k), 0, np.zeros(len(real), bool)
    for rows in _blocks(len(generated)):
        within = _squared_distances(generated[rows], real) <= radii  # (B, N)
        count += within.sum()
        covered |= within.any(axis=0)
    return float(count / (k * len(generated))), float(covered.mean())


def nearest_distances(real: np.ndarray, generated: np.ndarray) -> np.ndarray:
    """Return the distance of each generated image to the nearest real image, for features (N, D) and (M, D): (M,)."""
    nearest = [_squared_distances(generated[rows], real).min(axis=1) for rows in _blocks(len(generated))]
    return np.sqrt(np.concatenate(nearest))


def share_found(x: np.ndarray, sources: np.ndarray, candidates: int) -> float:
    """Return the share of rows of `x` (N, D) whose nearest row of `sources` (N, D) is their own.

    It is looked for among `candidates` rows of sources. Rows that are left over do not count, unless there are fewer.
    """
    candidates = min(candidates, len(x))
    starts = range(0, len(x) - candidates + 1, candidates)
    parts = [slice(start, start + candidates) for start in starts]
    found = [_squared_distances(x[part], sources[part]).argmin(axis=1) == np.arange(candidates) for part in parts]
    return float(np.concatenate(found).mean())


def _share_within(x: np.ndarray, centres: np.ndarray, k: int) -> float:
    """Return the share of the images `x` that lie in the ball of one of the `centres` or more."""
    radii = _squared_radii(centres, k)
    found = [(_squared_distances(x[rows], centres) <= radii).any(axis=1) for rows in _blocks(len(x))]
    return float(np.concatenate(found).mean())


def _squared_radii(x: np.ndarray, k: int) -> np.ndarray:
    """Return the squared distance of each image to its k-th nearest neighbour among the others: (N,)."""
    radii = []
    for rows in _blocks(len(x)):
        distances = _squared_distances(x[rows], x)
        distances[np.arange(len(distances)), np.arange(len(x))[rows]] = -1  # the image itself comes first
        radii.append(np.partition(distances, k, axis=1)[:, k])
    return np.concatenate(radii)


def _squared_distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return |x − y|² of all pairs: (N, M). They are sums of squares, so that equal pairs have equal distances exactly."""
    from scipy.spatial.distance import cdist

    return cdist(x, y, "sqeuclidean")


def _blocks(n: int) -> Iterator[slice]:
    """Yield slices of at most `BLOCK` rows that cover `n` rows."""
    for start in range(0, n, BLOCK):
        yield slice(start, min(start + BLOCK, n))
