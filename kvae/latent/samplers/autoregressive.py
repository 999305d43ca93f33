"""Autoregressive densities of codes on a grid, such as those of AutoencoderKL."""

import dataclasses
import math
import types
from collections.abc import Iterator
from typing import ClassVar

import keras
import numpy as np
from keras import ops

from kvae.distributions.scales import bounded_log_scale
from kvae.errors import UserError
from kvae.latent.samplers.coordinates import principal_components
from kvae.latent.samplers.density import Scores, check_arrays
from kvae.latent.samplers.mixture import Mixture, mixtures, numbers_of_mixture
from kvae.latent.samplers.trained import TrainedDensity, random_kernel, to_array, to_tensor, train, zeros

GLOBAL_SCORES, NOISE = 64, 0.3
"""Largest number of global scores, and the standard deviation σ of their noise."""

VALUES_PER_SCORE = 16
"""Least number of values of a code for each global score."""

CHANNELS, BLOCKS, DROPOUT = 48, 5, 0.2
"""Largest number of channels of the network, number of its blocks, and fraction of their outputs that training sets to 0."""

COMPONENTS = 3
"""Number of normal distributions that are mixed at a place."""

REACH, FIRST_REACH = 1, 2
"""Distance of the farthest place that a block reads, and that the first layer reads."""

BATCH, EPOCHS = 64, 20
"""Number of codes in a batch, and number of epochs."""

CHUNK = 128
"""Number of codes that are drawn, or whose density is computed, at once. It bounds the memory."""


@dataclasses.dataclass(frozen=True, eq=False)
class Autoregressive(TrainedDensity):
    """The density of codes u on a grid (h, w, c), which lists them place by place, row by row (van den Oord et al. 2016):

        p(u|f) = ∫ p(s|f) Π_p p(u_p | u_1, …, u_{p−1}, s, f) ds        q(s|u) = N(s; basisᵀ u, σ²)

    The global scores s (G,) are the principal components of u with noise, of which p(s|f) is a mixture of normal
    distributions. They hold what distant places share. At each place the code is a mixture of normal distributions around
    the image of s:

        p(u_p | …) = Σ_k w_k Π_j N(u_pj; m_pj + μ_kj + Σ_{i<j} a_ji (u_pi − m_pi), σ_kj²),    m = basis s

    A convolutional network reads the places before p, and m, and returns w, μ, log σ and a. Kernels hold only the weights
    of places before p, and of p itself after the first layer. The density is not known. `log_prob` returns the lower bound
    log p(s|f) + log p(u|s, f) − log q(s|u) of one draw s of q(s|u).

    Args:
        grid: h, w and c.
        basis: orthonormal columns (h·w·c, G).
        weights, means, factors: the arrays of the `Mixture` p(s|f).
        places: a map (h, w, C) that is added at each place.
        map_kernel: (3, 3, c, C), which reads m.
        label_kernel: (A, C), which reads the encoded labels.
        mixed_kernel, mixed_bias: the second layer of the condition, (C, C) and (C,).
        first_kernel: (12, c, C), which reads u.
        kernels, condition_kernels, out_kernels, biases: the blocks, (B, 5, C, C), (B, C, C), (B, C, C) and (B, C).
        kernel_out, bias_out: the last layer, (C, O) and (O,), with O = K (1 + 2 c) + c (c − 1) / 2.
    """

    grid: np.ndarray
    basis: np.ndarray
    weights: np.ndarray
    means: np.ndarray
    factors: np.ndarray
    places: np.ndarray
    map_kernel: np.ndarray
    label_kernel: np.ndarray
    mixed_kernel: np.ndarray
    mixed_bias: np.ndarray
    first_kernel: np.ndarray
    kernels: np.ndarray
    condition_kernels: np.ndarray
    out_kernels: np.ndarray
    biases: np.ndarray
    kernel_out: np.ndarray
    bias_out: np.ndarray

    fixed: ClassVar = ("grid", "basis", "weights", "means", "factors")

    @classmethod
    def untrained(cls, grid, basis, mixture: Mixture, labels: int, channels: int, seed: int) -> "Autoregressive":
        """Return the density with which training begins: unit variances around the images of the global scores."""
        rng, (h, w, c) = np.random.default_rng(seed), grid
        first, later = len(_before(FIRST_REACH)), len(_before(REACH)) + 1
        return cls(
            np.array(grid, "int64"),
            basis.astype("float32"),
            mixture.weights,
            mixture.means,
            mixture.factors,
            zeros(h, w, channels),
            random_kernel(rng, 9 * c, channels).reshape(3, 3, c, channels),
            random_kernel(rng, labels, channels),
            random_kernel(rng, channels, channels),
            zeros(channels),
            random_kernel(rng, first * c, channels).reshape(first, c, channels),
            random_kernel(rng, BLOCKS, later * channels, channels).reshape(BLOCKS, later, channels, channels),
            random_kernel(rng, BLOCKS, channels, channels),
            random_kernel(rng, BLOCKS, channels, channels),
            zeros(BLOCKS, channels),
            0.1 * random_kernel(rng, channels, _outputs(c)),
            zeros(_outputs(c)),
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
        if math.prod(self.grid.tolist()) != rank:
            raise ValueError(f"a grid {self.grid.tolist()} for codes of {rank} values")
        (h, w, c), channels = self.grid.tolist(), self.mixed_bias.size
        blocks, scores = len(self.biases) if self.biases.ndim else 0, self.basis.size // rank
        first, later = len(_before(FIRST_REACH)), len(_before(REACH)) + 1
        shapes = {
            "basis": (rank, scores),
            "places": (h, w, channels),
            "map_kernel": (3, 3, c, channels),
            "label_kernel": (labels, channels),
            "mixed_kernel": (channels, channels),
            "mixed_bias": (channels,),
            "first_kernel": (first, c, channels),
            "kernels": (blocks, later, channels, channels),
            "condition_kernels": (blocks, channels, channels),
            "out_kernels": (blocks, channels, channels),
            "biases": (blocks, channels),
            "kernel_out": (channels, _outputs(c)),
            "bias_out": (_outputs(c),),
        }
        check_arrays(self, shapes)
        if scores < 1 or channels < 1:
            raise ValueError("no scores")
        self.mixture.check(scores, labels)

    # ------------------------------------------------------------------ the density

    def bound(self, scores, features, seed, training):
        """Return log p(u|s, f) of one draw s of q(s|u), without the terms that no trained array changes: (B,)."""
        clean = ops.matmul(scores, to_tensor(self.basis))
        s = clean + NOISE * keras.random.normal(ops.shape(clean), seed=seed)
        return self._conditional(scores, s, features, DROPOUT if training else 0.0, seed)

    def log_prob(self, scores, features):
        """Return a lower bound of log p(u|f): (N,), in nats."""
        noise = np.random.default_rng(0).standard_normal((len(scores), self.basis.shape[1]))
        s = scores @ self.basis + NOISE * noise
        log_qs = (-0.5 * np.square(noise) - math.log(NOISE) - 0.5 * math.log(2 * math.pi)).sum(axis=1)
        density = self.as_tensors()
        log_pu = [
            to_array(density._conditional(*(to_tensor(part[rows]) for part in (scores, s, features))))
            for rows in _chunks(len(scores))
        ]
        return np.concatenate(log_pu) + self.mixture.log_prob(s, features) - log_qs

    def _conditional(self, scores, s, features, dropout: float = 0.0, seed=None):
        """Return log p(u|s, f) of scores u (B, R) and global scores s (B, G): (B,)."""
        h, w, c = self.grid.tolist()
        u, image = ops.reshape(scores, (-1, h, w, c)), self._image(s)
        log_weights, shift, log_scale, coupling = self._parameters(self._output(u, image, features, dropout, seed))
        centred = u - image
        loc = shift + ops.expand_dims(_coupled(centred, coupling), -2)
        standardised = (ops.expand_dims(centred, -2) - loc) * ops.exp(-log_scale)  # (B, h, w, K, c)
        log_normal = -0.5 * ops.square(standardised) - log_scale - 0.5 * math.log(2 * math.pi)
        log_place = ops.logsumexp(ops.sum(log_normal, axis=-1) + log_weights, axis=-1)  # (B, h, w)
        return ops.sum(log_place, axis=(1, 2))

    def _image(self, s):
        """Return the image of global scores (B, G): (B, h, w, c)."""
        return ops.reshape(ops.matmul(s, to_tensor(self.basis.T)), (-1, *self.grid.tolist()))

    def _parameters(self, output):
        """Return log w (…, K), μ (…, K, c), log σ (…, K, c) and a (…, c (c − 1) / 2) of outputs (…, O) of the network."""
        c = int(self.grid[2])
        ends = np.cumsum([COMPONENTS, COMPONENTS * c, COMPONENTS * c]).tolist()
        logits, shift, log_scale, coupling = ops.split(output, ends, axis=-1)
        shape = (*output.shape[1:-1], COMPONENTS, c)
        shift, log_scale = (ops.reshape(part, (-1, *shape)) for part in (shift, log_scale))
        return ops.log_softmax(logits, axis=-1), shift, bounded_log_scale(log_scale), coupling

    # ------------------------------------------------------------------ the network

    def _output(self, u, image, features, dropout: float = 0.0, seed=None):
        """Return the outputs of the network (B, h, w, O) for codes u and images of global scores (B, h, w, c)."""
        condition = self._condition(image, features)
        h = _convolved(u, self.first_kernel, FIRST_REACH) + condition
        for b in range(self.kernels.shape[0]):
            change = self._change(_convolved(ops.silu(h), self.kernels[b], REACH), condition, b, ops)
            h = h + (keras.random.dropout(change, dropout, seed=seed) if dropout else change)
        return ops.matmul(ops.silu(h), self.kernel_out) + self.bias_out

    def _condition(self, image, features):
        """Return what all layers read at each place: (B, h, w, C)."""
        read = ops.conv(image, self.map_kernel, padding="same", data_format="channels_last") + self.places
        labels = ops.matmul(features, self.label_kernel)[:, None, None]
        return ops.silu(ops.matmul(ops.silu(read + labels), self.mixed_kernel) + self.mixed_bias)

    def _change(self, convolved, condition, block: int, backend):
        """Return what a block adds (…, C), given the convolution of its input (…, C).

        They are tensors if `backend` is `keras.ops`, and arrays if it is `_ARRAYS`. The operator @ is not used, because
        TensorFlow crashes when it multiplies a tensor (B, 1, 2, C) by a matrix.
        """
        h = convolved + backend.matmul(condition, self.condition_kernels[block]) + self.biases[block]
        return backend.matmul(backend.silu(h), self.out_kernels[block])

    # ------------------------------------------------------------------ draws

    def sample(self, features, rng):
        h, w, c = self.grid.tolist()
        s, n = self.mixture.sample(features, rng), len(features)
        chosen, noise = rng.random((n, h, w)), rng.standard_normal((n, h, w, c))
        parts = [self._drawn(s[rows], features[rows], chosen[rows], noise[rows]) for rows in _chunks(n)]
        return np.concatenate(parts).reshape(n, -1).astype("float64")

    def _drawn(self, s, features, chosen, noise):
        """Return codes (N, h, w, c) of global scores (N, G).

        Uniform random numbers (N, h, w) choose components. The normal ones (N, h, w, c) are the noise around their means.
        Each layer is computed once at each place, when all that it reads is known.
        """
        h, w, c = self.grid.tolist()
        image = self._image(to_tensor(s))
        condition = ops.convert_to_numpy(self.as_tensors()._condition(image, to_tensor(features)))
        image = ops.convert_to_numpy(image)
        n, channels = len(s), condition.shape[-1]
        u = _padded(n, h, w, c, FIRST_REACH)
        activations = [_padded(n, h, w, channels, REACH) for _ in self.kernels]
        first, later = _before(FIRST_REACH), (*_before(REACH), (0, 0))
        for row in range(h):
            for column in range(w):
                place = condition[:, row, column]
                x = _read(u, row, column, first, FIRST_REACH) @ _as_matrix(self.first_kernel) + place
                for b, activation in enumerate(activations):
                    activation[:, row + REACH, column + REACH] = _silu(x)
                    convolved = _read(activation, row, column, later, REACH) @ _as_matrix(self.kernels[b])
                    x = x + self._change(convolved, place, b, _ARRAYS)
                output = _silu(x) @ self.kernel_out + self.bias_out
                centred = self._place(output, chosen[:, row, column], noise[:, row, column])
                u[:, row + FIRST_REACH, column + FIRST_REACH] = image[:, row, column] + centred
        return u[:, FIRST_REACH:, FIRST_REACH:-FIRST_REACH]

    def _place(self, output, chosen, noise):
        """Return u − m at one place (N, c), from outputs of the network (N, O)."""
        log_weights, shift, log_scale, coupling = map(ops.convert_to_numpy, self._parameters(to_tensor(output)))
        cumulated = np.cumsum(np.exp(log_weights), axis=-1)
        k = (chosen[:, None] * cumulated[:, -1:] >= cumulated).sum(axis=1)
        shift, scale = (part[np.arange(len(k)), k] for part in (shift, np.exp(log_scale)))
        centred = np.zeros_like(shift)
        for j in range(shift.shape[1]):
            start = j * (j - 1) // 2
            coupled = (coupling[:, start : start + j] * centred[:, :j]).sum(axis=1)
            centred[:, j] = shift[:, j] + coupled + scale[:, j] * noise[:, j]
        return centred


def autoregressive(
    used: Scores, held: Scores, *, shape: tuple[int, ...], exclusive: bool, room: int, seed: int
) -> Iterator[Autoregressive]:
    """Yield one density. The arguments are those of `mixtures`. Raise `UserError` unless codes lie on a grid (h, w, c)."""
    if len(shape) != 3:
        raise UserError(
            f"Expected spatial latent codes (h, w, c) for kind=autoregressive. Received: codes of shape {shape}. Use flow."
        )
    size, labels = used.scores.shape[1], used.features.shape[1]
    rank = max(1, min(GLOBAL_SCORES, size // VALUES_PER_SCORE, room // (4 * size), len(used.scores) // 2))
    _, basis = principal_components(used.scores, rank)
    rng = np.random.default_rng(seed)

    def noisy(part: Scores) -> Scores:
        s = part.scores @ basis
        return Scores(s + NOISE * rng.standard_normal(s.shape), part.features)

    used_s, held_s = noisy(used), noisy(held)
    room -= size * rank
    options = {"shape": (rank,), "exclusive": exclusive, "room": room // 3, "seed": seed}
    candidates = mixtures(used_s, held_s, counts=(1, 2, 5, 10), **options)
    mixture = max(candidates, key=lambda each: each.log_prob(*held_s).mean())
    room -= numbers_of_mixture(rank, len(mixture.weights), mixture.weights.shape[1] // len(mixture.weights))
    channels = next((number for number in range(CHANNELS, 0, -1) if _numbers(shape, labels, number) <= room), None)
    if channels is None:
        raise UserError(
            f"Expected smaller latent codes for kind=autoregressive. Received: codes of shape {shape}. Use mixture."
        )
    untrained = Autoregressive.untrained(shape, basis, mixture, labels, channels, seed)
    yield train(untrained, used, held, seed, batch_size=BATCH, epochs=EPOCHS)


def _numbers(grid: tuple[int, ...], labels: int, channels: int) -> int:
    """Return the number of trained values with so many channels."""
    h, w, c = grid
    first, later = len(_before(FIRST_REACH)), len(_before(REACH)) + 1
    inputs = h * w + 9 * c + labels + channels + 1 + first * c + BLOCKS * ((later + 2) * channels + 1) + _outputs(c)
    return channels * inputs + _outputs(c)


def _outputs(c: int) -> int:
    """Return the number of outputs O of the network at each place."""
    return COMPONENTS * (1 + 2 * c) + c * (c - 1) // 2


def _before(reach: int) -> tuple[tuple[int, int], ...]:
    """Return the places before a place, row by row, up to `reach` rows above and `reach` columns away, relative to it."""
    above = [(row, column) for row in range(-reach, 0) for column in range(-reach, reach + 1)]
    return (*above, *((0, column) for column in range(-reach, 0)))


def _convolved(x, kernel, reach: int):
    """Return the convolution of x (B, h, w, in) with a kernel (T, in, out) of the places before each place: (B, h, w, out).

    T is the number of these places, or one more for the place itself.
    """
    rows, columns = reach + 1, 2 * reach + 1
    inputs, outputs = kernel.shape[1:]
    kernel = ops.concatenate([kernel, ops.zeros((rows * columns - kernel.shape[0], inputs, outputs))])
    x = ops.pad(x, ((0, 0), (reach, 0), (reach, reach), (0, 0)))
    return ops.conv(x, ops.reshape(kernel, (rows, columns, inputs, outputs)), data_format="channels_last")


def _coupled(centred, coupling):
    """Return Σ_{i<j} a_ji d_i for all j (…, c), from d = u − m (…, c) and a (…, c (c − 1) / 2)."""
    columns = [ops.zeros_like(centred[..., 0])]
    for j in range(1, centred.shape[-1]):
        start = j * (j - 1) // 2
        columns.append(ops.sum(coupling[..., start : start + j] * centred[..., :j], axis=-1))
    return ops.stack(columns, axis=-1)


def _padded(n: int, h: int, w: int, channels: int, reach: int) -> np.ndarray:
    """Return zeros for a map (n, h, w, channels) with a margin above, to the left and to the right."""
    return zeros(n, h + reach, w + 2 * reach, channels)


def _read(padded, row: int, column: int, places, reach: int) -> np.ndarray:
    """Return the values of a padded map at `places` relative to a place: (n, T · channels)."""
    values = [padded[:, row + reach + down, column + reach + right] for down, right in places]
    return np.concatenate(values, axis=1)


def _as_matrix(kernel: np.ndarray) -> np.ndarray:
    """Return a kernel (T, in, out) as a matrix (T · in, out)."""
    return kernel.reshape(-1, kernel.shape[-1])


def _silu(x: np.ndarray) -> np.ndarray:
    from scipy.special import expit

    return x * expit(x)


_ARRAYS = types.SimpleNamespace(matmul=np.matmul, silu=_silu)
"""The functions of `keras.ops` that a draw computes with NumPy."""


def _chunks(n: int) -> Iterator[slice]:
    """Yield slices of at most `CHUNK` rows."""
    return (slice(start, start + CHUNK) for start in range(0, n, CHUNK))
