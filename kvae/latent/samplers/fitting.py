"""Fitting samplers. Codes that are held back choose among densities."""

import numpy as np

from kvae.errors import UserError
from kvae.latent.samplers.coordinates import numbers_of_coordinates
from kvae.latent.samplers.density import Density, Scores, Task
from kvae.latent.samplers.kinds import KINDS, check_kind
from kvae.latent.samplers.mixture import numbers_of_mixture
from kvae.latent.samplers.sampler import Sampler

HELD_BACK = 10
"""One in this number of codes is held back."""

MAX_NUMBERS = 245_000
"""Largest number of float32 values of a sampler. Its file then has at most 1 MB."""

TYPICAL_COMPONENTS = 5
"""Number of components for which there is room, whatever the size of a code. A larger number needs smaller codes."""


def fit(
    kind: str, codes: np.ndarray, features: np.ndarray | None = None, *, exclusive: bool = False, seed: int = 0
) -> Sampler:
    """Return the sampler of `kind` that is fitted to latent codes (N, *latent).

    A tenth of the codes is held back. "normal" has one component. "mixture" has the number of components with which the
    codes that are held back have the largest mean log density. With labels, the mean of the density depends linearly on
    the encoded labels. With classes, the same codes choose between a mixture that the classes share up to their means, and a
    mixture of each class. With few codes, the covariance of a single component is shrunk towards that of independent units,
    as far as the same codes choose (`shrunk_covariance`).

    "flow" is a flow of coupling layers, and "two_stage" a second, small VAE. Both are conditioned on the encoded labels. The
    codes that are held back choose the number of epochs. The log density of "two_stage" is a lower bound.

    "autoregressive" is a convolutional density of codes on a grid (h, w, c), which draws them place by place. Its log
    density is a lower bound, too.

    The covariances of mixtures are full if the sampler then has at most `MAX_NUMBERS` numbers. They are low-rank for larger
    codes, such as spatial ones (h, w, c): a mixture in the leading principal components, and equal variances in all other
    directions (`Coordinates`). Flows and second stages use the same components.

    Args:
        kind: a name in `KINDS`.
        codes: codes drawn from q(z|x), or those of an autoencoder (N, *latent).
        features: their encoded labels (N, A). None for a model without labels.
        exclusive: True if the labels are classes.
        seed: seed of the choice of the codes that are held back, and of the fit.

    Raises:
        ChoiceError: there is no such kind.
        UserError: there are too few codes, codes are too large or not finite, or those of "autoregressive" lie on no grid.
    """
    check_kind(kind)
    n, latent_shape = len(codes), codes.shape[1:]
    if n < 2 * HELD_BACK:
        raise UserError(f"Expected {2 * HELD_BACK} latent codes or more to fit a sampler. Received: {n}. Add data.")
    if not np.isfinite(codes).all():
        raise UserError("Expected finite latent codes. Received: codes with NaN or infinity. Train the model again.")
    features = np.zeros((n, 0)) if features is None else np.asarray(features, "float64")
    order = np.random.default_rng(seed).permutation(n)
    held, used = order[: n // HELD_BACK], order[n // HELD_BACK :]
    vectors = codes.reshape(n, -1).astype("float64")
    (size, labels), count = (vectors.shape[1], features.shape[1]), len(used)
    coordinates = KINDS[kind].coordinates.of(vectors[used], features[used], _rank(size, labels, count))
    scores, log_rest = coordinates.scores(vectors, features)

    def fitted(density: Density) -> Sampler:
        held_out = float((density.log_prob(scores[held], features[held]) + log_rest[held]).mean())
        return Sampler(kind, latent_shape, coordinates, density, count, held_out)

    parts = (Scores(scores[rows], features[rows]) for rows in (used, held))
    room = MAX_NUMBERS - coordinates.numbers
    task = Task(latent_shape, coordinates.independent_variances, exclusive, room, seed)
    densities = KINDS[kind].fits(*parts, task)
    return max(map(fitted, densities), key=lambda sampler: sampler.held_out_log_prob)


def _rank(size: int, labels: int, codes: int) -> int:
    """Return the number of scores for which there is room, or fewer if there are few codes.

    Raises `UserError` if there is no room for one.
    """

    def numbers(size: int, rank: int) -> int:
        return numbers_of_coordinates(size, labels, rank) + numbers_of_mixture(rank, 1, TYPICAL_COMPONENTS)

    fits = [rank for rank in range(1, min(size, (codes - 1) // 2) + 1) if numbers(size, rank) <= MAX_NUMBERS]
    if not fits:
        most = (MAX_NUMBERS - numbers(0, 1)) // (numbers(1, 1) - numbers(0, 1))
        raise UserError(
            f"Expected latent codes of at most {most:,} values to fit a sampler. Received: {size:,} values."
        )
    return fits[-1]
