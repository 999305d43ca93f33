"""Autoregressive densities of codes on a grid, such as those of AutoencoderKL."""

import dataclasses
import math
from collections.abc import Iterator
from typing import ClassVar

import keras
import numpy as np
from keras import ops

from kvae.distributions.scales import bounded_log_scale
from kvae.errors import UserError
from kvae.latent.samplers.causal import CausalNetwork, shapes, untrained
from kvae.latent.samplers.coordinates import principal_components
from kvae.latent.samplers.density import Scores, Task, check_arrays
from kvae.latent.samplers.mixture import Mixture, mixtures
from kvae.latent.samplers.trained import TrainedDensity, to_array, to_tensor, train

GLOBAL_SCORES, VALUES_PER_SCORE = 64, 16
"""Largest number of global scores, and least number of values of a code for each of them."""

NOISE = 0.3
"""Standard deviation σ of the noise of global scores."""

CHANNELS, BLOCKS, DROPOUT = 48, 5, 0.2
"""Largest number of channels of the network, number of its blocks, and fraction of their outputs that training sets to 0."""

COMPONENTS = 3
"""Number of normal distributions that are mixed at a place."""

BATCH, EPOCHS = 64, 20
"""Number of codes in a batch, and number of epochs."""

CHUNK, CHUNK_VALUES = 128, 2**25
"""Largest number of codes that are drawn, or whose density is computed, at once, and of the values of their maps."""


@dataclasses.dataclass(frozen=True, eq=False)
class Autoregressive(CausalNetwork, TrainedDensity):
    """A density of standardised codes u (`Units`) on a grid (h, w, c), given encoded labels f:

        p(u|f) = ∫ p(s|f) Π_p p(u_p | u_1, …, u_{p−1}, s, f) ds        q(s|u) = N(s; basisᵀ u, σ²)

    The places p are listed row by row (van den Oord et al. 2016). The global scores s (G,) are the principal components of u
    with noise. p(s|f) is a mixture of normal distributions. At each place, u is a mixture of K normal distributions, whose
    means are relative to the image m = basis s of the scores:

        p(u_p | …) = Σ_k w_k Π_j N(u_pj; m_pj + μ_kj + Σ_{i<j} a_ji (u_pi − m_pi), σ_kj²)

    A causal network reads m, f, and u in a window of earlier places. It returns log w, μ, log σ and a. The global scores
    carry what lies outside the window. The integral has no closed form. With one draw s of q(s|u),
    log p(s|f) + log p(u|s, f) − log q(s|u) is an unbiased estimate of a lower bound of log p(u|f), the ELBO.

    Args:
        places … bias_out: the arrays of the `CausalNetwork`, with O = K (1 + 2 c) + c (c − 1) / 2 outputs.
        grid: h, w and c.
        basis: orthonormal columns (h·w·c, G).
        weights, means, factors: the arrays of the `Mixture` p(s|f).
    """

    grid: np.ndarray
    basis: np.ndarray
    weights: np.ndarray
    means: np.ndarray
    factors: np.ndarray

    fixed: ClassVar = ("grid", "basis", "weights", "means", "factors")

    @classmethod
    def untrained(cls, grid, basis, mixture: Mixture, labels: int, channels: int, seed: int) -> "Autoregressive":
        """Return the density with which training begins: variances of about 1 around the images of the global scores."""
        return cls(
            **untrained(shapes(grid, labels, _outputs(grid[2]), channels, BLOCKS), seed),
            grid=np.array(grid, "int64"),
            basis=basis.astype("float32"),
            weights=mixture.weights,
            means=mixture.means,
            factors=mixture.factors,
        )

    @property
    def mixture(self) -> Mixture:
        """The density of the global scores."""
        return Mixture(self.weights, self.means, self.factors)

    @property
    def facts(self):
        return {**self.mixture.facts, "global_scores": self.basis.shape[-1]}

    def check(self, rank, labels):
        if self.grid.shape != (3,) or self.grid.dtype != "int64" or (self.grid < 1).any():
            raise ValueError("no grid")
        grid = tuple(self.grid.tolist())
        if math.prod(grid) != rank:
            raise ValueError(f"a grid {grid} for codes of {rank} values")
        self.check_network(grid, labels, _outputs(grid[2]))
        check_arrays(self, {"basis": (rank, max(1, self.basis.size // rank))})
        self.mixture.check(self.basis.shape[1], labels)

    # ------------------------------------------------------------------ the density

    def bound(self, scores, features, seed, training):
        """Return log p(u|s, f) for one draw s of q(s|u): (B,). The other terms of the bound are not trained."""
        clean = ops.matmul(scores, to_tensor(self.basis))
        s = clean + NOISE * keras.random.normal(ops.shape(clean), seed=seed)
        return self._conditional(scores, s, features, DROPOUT if training else 0.0, seed)

    def log_prob(self, scores, features):
        """Return an unbiased estimate of a lower bound of log p(u|f) from one draw of q(s|u): (N,), in nats.

        The draws have a fixed seed. A single value may be above log p(u|f). The expectation is not.
        """
        noise = np.random.default_rng(0).standard_normal((len(scores), self.basis.shape[1]))
        s = scores @ self.basis + NOISE * noise
        log_qs = (-0.5 * np.square(noise) - math.log(NOISE) - 0.5 * math.log(2 * math.pi)).sum(axis=1)
        density = self.as_tensors()
        log_pu = [
            to_array(density._conditional(*(to_tensor(part[rows]) for part in (scores, s, features))))
            for rows in self._chunks(len(scores))
        ]
        return np.concatenate(log_pu) + self.mixture.log_prob(s, features) - log_qs

    def _conditional(self, scores, s, features, dropout: float = 0.0, seed=None):
        """Return log p(u|s, f) of scores u (B, R) and global scores s (B, G): (B,)."""
        u, image = ops.reshape(scores, (-1, *self.grid.tolist())), self._image(s)
        log_weights, shift, log_scale, coupling = self._parameters(self.output(u, image, features, dropout, seed))
        centred = u - image
        loc = shift + ops.expand_dims(_coupled(centred, coupling), -2)
        standardised = (ops.expand_dims(centred, -2) - loc) * ops.exp(-log_scale)  # (B, h, w, K, c)
        log_normal = -0.5 * ops.square(standardised) - log_scale - 0.5 * math.log(2 * math.pi)
        log_place = ops.logsumexp(ops.sum(log_normal, axis=-1) + log_weights, axis=-1)  # (B, h, w)
        return ops.sum(log_place, axis=(1, 2))

    def _image(self, s):
        """Return the images m of global scores (B, G): (B, h, w, c)."""
        return ops.reshape(ops.matmul(s, to_tensor(self.basis.T)), (-1, *self.grid.tolist()))

    def _parameters(self, output):
        """Return log w (…, K), μ (…, K, c), log σ (…, K, c) and a (…, c (c − 1) / 2) of outputs (…, O) of the network."""
        c = int(self.grid[2])
        ends = np.cumsum([COMPONENTS, COMPONENTS * c, COMPONENTS * c]).tolist()
        logits, shift, log_scale, coupling = ops.split(output, ends, axis=-1)
        shape = (*output.shape[1:-1], COMPONENTS, c)
        shift, log_scale = (ops.reshape(part, (-1, *shape)) for part in (shift, log_scale))
        return ops.log_softmax(logits, axis=-1), shift, bounded_log_scale(log_scale), coupling

    # ------------------------------------------------------------------ draws

    def sample(self, features, rng):
        (h, w, c), n = self.grid.tolist(), len(features)
        s = self.mixture.sample(features, rng)
        chosen, noise = rng.random((n, h, w)), rng.standard_normal((n, h, w, c))
        parts = [self._drawn(s[rows], features[rows], chosen[rows], noise[rows]) for rows in self._chunks(n)]
        return np.concatenate(parts).reshape(n, -1).astype("float64")

    def _drawn(self, s, features, chosen, noise):
        """Return codes u (N, h, w, c) of global scores (N, G).

        Uniform random numbers (N, h, w) choose components. Normal ones (N, h, w, c) are the noise around their means.
        """
        image = self._image(to_tensor(s))
        condition = ops.convert_to_numpy(self.as_tensors().condition(image, to_tensor(features)))
        image = ops.convert_to_numpy(image)

        def draw(row, column, output):
            return image[:, row, column] + self._centred(output, chosen[:, row, column], noise[:, row, column])

        return self.filled(condition, draw)

    def _centred(self, output, chosen, noise):
        """Return u − m at one place (N, c), from outputs of the network (N, O) and random numbers (N,) and (N, c)."""
        log_weights, shift, log_scale, coupling = map(ops.convert_to_numpy, self._parameters(to_tensor(output)))
        cumulated = np.cumsum(np.exp(log_weights), axis=-1)
        k = (chosen[:, None] * cumulated[:, -1:] >= cumulated).sum(axis=1)
        shift, scale = (part[np.arange(len(k)), k] for part in (shift, np.exp(log_scale)))
        centred = np.zeros_like(shift)
        for j in range(shift.shape[1]):
            coupled = (coupling[:, _row(j)] * centred[:, :j]).sum(axis=1)
            centred[:, j] = shift[:, j] + coupled + scale[:, j] * noise[:, j]
        return centred

    def _chunks(self, n: int) -> Iterator[slice]:
        """Yield slices of as many rows as are computed at once."""
        values = self.places.size * len(self.kernels) + self.places[..., 0].size * len(self.bias_out)
        rows = max(1, min(CHUNK, CHUNK_VALUES // values))
        return (slice(start, start + rows) for start in range(0, n, rows))


def autoregressive(used: Scores, held: Scores, task: Task) -> Iterator[Autoregressive]:
    """Yield one density. The arguments are those of `mixtures`.

    Raises:
        UserError: the codes do not lie on a grid (h, w, c), or are too large.
    """
    shape, room, seed = task.shape, task.room, task.seed
    if len(shape) != 3:
        raise UserError(
            f"Expected spatial latent codes (h, w, c) for kind=autoregressive. Received: codes of shape {shape}. Use flow."
        )
    size, labels = used.scores.shape[1], used.features.shape[1]
    rank = max(1, min(GLOBAL_SCORES, size // VALUES_PER_SCORE, room // (4 * size), len(used.scores) // 2))
    basis, rng = principal_components(used.scores, rank)[1], np.random.default_rng(seed)

    def global_scores(part: Scores) -> Scores:
        s = part.scores @ basis
        return Scores(s + NOISE * rng.standard_normal(s.shape), part.features)

    used_s, held_s = global_scores(used), global_scores(held)
    room -= size * rank
    of_mixture = Task((rank,), np.ones(rank), task.exclusive, room // 3, seed)
    candidates = mixtures(used_s, held_s, of_mixture, counts=(1, 2, 5, 10))
    mixture = max(candidates, key=lambda each: each.log_prob(*held_s).mean())
    room -= sum(array.size for array in (mixture.weights, mixture.means, mixture.factors))
    for channels in range(CHANNELS, 0, -1):
        network = shapes(shape, labels, _outputs(shape[2]), channels, BLOCKS)
        if sum(map(math.prod, network.values())) <= room:
            density = Autoregressive.untrained(shape, basis, mixture, labels, channels, seed)
            yield train(density, used, held, seed, batch_size=BATCH, epochs=EPOCHS)
            return
    raise UserError(
        f"Expected smaller latent codes for kind=autoregressive. Received: codes of shape {shape}. Use mixture."
    )


def _outputs(c: int) -> int:
    """Return the number of outputs O of the network at each place."""
    return COMPONENTS * (1 + 2 * c) + c * (c - 1) // 2


def _row(j: int) -> slice:
    """Return the positions of a_j0, …, a_j,j−1 in a."""
    return slice(j * (j - 1) // 2, j * (j + 1) // 2)


def _coupled(centred, coupling):
    """Return Σ_{i<j} a_ji d_i for all j (…, c), from d = u − m (…, c) and a (…, c (c − 1) / 2)."""
    first, *others = range(centred.shape[-1])
    columns = [ops.sum(coupling[..., _row(j)] * centred[..., :j], axis=-1) for j in others]
    return ops.stack([ops.zeros_like(centred[..., first]), *columns], axis=-1)
