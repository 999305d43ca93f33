"""A causal convolutional network of maps, which is computed at all places at once, or at one place after the other."""

import dataclasses
import math
import types
from collections.abc import Callable, Mapping

import keras
import numpy as np
from keras import ops

from kvae.latent.samplers.density import check_arrays

REACH, FIRST_REACH = 1, 2
"""Distance of the farthest place that a block reads, and that the first layer reads."""

MAX_BLOCKS = 16
"""Largest number of blocks. A file from an unknown source may have more, and drawing would take hours."""


@dataclasses.dataclass(frozen=True, eq=False)
class CausalNetwork:
    """A network whose output at a place depends on the map u (h, w, c) only at earlier places, row by row.

    It also reads a 3×3 window of another map m (h, w, c), later places included, and features f (A,):

        b = silu(mixed_kernel silu(conv(m) + f label_kernel + places) + mixed_bias)
        h_0 = conv_0(u) + b,    h_t = h_{t−1} + out_t silu(conv_t(silu(h_{t−1})) + condition_t b + bias_t)
        output = kernel_out silu(h_T) + bias_out

    The kernel of conv_0 holds the weights of the 12 earlier places of a window of 5×5, and that of conv_t those of the 4
    earlier places of 3×3, and of the place itself (van den Oord et al. 2016). With T blocks, an output reads u at most T + 2
    rows above and T + 2 columns away, and less to the upper right.

    Args:
        places: trained bias of each place (h, w, C).
        map_kernel: (3, 3, c, C).
        label_kernel: (A, C).
        mixed_kernel, mixed_bias: (C, C) and (C,).
        first_kernel: (12, c, C).
        kernels, condition_kernels, out_kernels, biases: those of T blocks, (T, 5, C, C), (T, C, C), (T, C, C) and (T, C).
        kernel_out, bias_out: (C, O) and (O,).
    """

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

    def check_network(self, grid: tuple[int, int, int], labels: int, outputs: int) -> None:
        """Raise `ValueError` unless the arrays, which may come from anyone, are those of maps (h, w, c) = `grid`."""
        blocks = len(self.biases) if self.biases.ndim else 0
        if not (1 <= blocks <= MAX_BLOCKS and self.mixed_bias.size):
            raise ValueError(f"{blocks} blocks of {self.mixed_bias.size} channels")
        check_arrays(self, shapes(grid, labels, outputs, self.mixed_bias.size, blocks))

    def output(self, u, image, features, dropout: float = 0.0, seed=None):
        """Return the outputs (B, h, w, O) for tensors u and m (B, h, w, c) and f (B, A).

        `dropout` is the fraction of the outputs of blocks that are set to 0. The seed generator `seed` draws them.
        """
        condition = self.condition(image, features)
        h = _convolved(u, self.first_kernel, FIRST_REACH) + condition
        for t in range(self.kernels.shape[0]):
            change = self._change(_convolved(ops.silu(h), self.kernels[t], REACH), condition, t, ops)
            h = h + (keras.random.dropout(change, dropout, seed=seed) if dropout else change)
        return ops.matmul(ops.silu(h), self.kernel_out) + self.bias_out

    def condition(self, image, features):
        """Return b (B, h, w, C), which all layers read, for tensors m (B, h, w, c) and f (B, A)."""
        read = ops.conv(image, self.map_kernel, padding="same", data_format="channels_last") + self.places
        labels = ops.matmul(features, self.label_kernel)[:, None, None]
        return ops.silu(ops.matmul(ops.silu(read + labels), self.mixed_kernel) + self.mixed_bias)

    def filled(self, condition: np.ndarray, draw: Callable[[int, int, np.ndarray], np.ndarray]) -> np.ndarray:
        """Return maps u (N, h, w, c) that are drawn place by place, given b (N, h, w, C).

        `draw` takes the row, the column and the outputs at this place (N, O), and returns the values of u there (N, c). Each
        layer is computed once at each place, when all that it reads is known.
        """
        n, rows, columns, _ = condition.shape
        u = _Padded(n, rows, columns, self.first_kernel.shape[1], FIRST_REACH)
        activations = [_Padded(n, rows, columns, condition.shape[-1], REACH) for _ in self.kernels]
        first, later = before(FIRST_REACH), (*before(REACH), (0, 0))
        for row, column in np.ndindex(rows, columns):
            b = condition[:, row, column]
            h = u.read(row, column, first) @ _as_matrix(self.first_kernel) + b
            for t, activation in enumerate(activations):
                activation.write(row, column, _silu(h))
                h = h + self._change(activation.read(row, column, later) @ _as_matrix(self.kernels[t]), b, t, _ARRAYS)
            u.write(row, column, draw(row, column, _silu(h) @ self.kernel_out + self.bias_out))
        return u.inner

    def _change(self, convolved, condition, t: int, backend):
        """Return h_t − h_{t−1} (…, C), given conv_t(silu(h_{t−1})) and b (…, C).

        They are tensors if `backend` is `keras.ops`, and arrays if it is `_ARRAYS`. The operator @ is not used, because
        TensorFlow crashes when it multiplies a tensor (B, 1, 2, C) by a matrix.
        """
        h = convolved + backend.matmul(condition, self.condition_kernels[t]) + self.biases[t]
        return backend.matmul(backend.silu(h), self.out_kernels[t])


def shapes(
    grid: tuple[int, int, int], labels: int, outputs: int, channels: int, blocks: int
) -> Mapping[str, tuple[int, ...]]:
    """Return the shapes of the arrays of a network of maps (h, w, c) = `grid` with A = `labels` and O = `outputs`."""
    (h, w, c), square = grid, (channels, channels)
    return {
        "places": (h, w, channels),
        "map_kernel": (3, 3, c, channels),
        "label_kernel": (labels, channels),
        "mixed_kernel": square,
        "mixed_bias": (channels,),
        "first_kernel": (len(before(FIRST_REACH)), c, channels),
        "kernels": (blocks, len(before(REACH)) + 1, *square),
        "condition_kernels": (blocks, *square),
        "out_kernels": (blocks, *square),
        "biases": (blocks, channels),
        "kernel_out": (channels, outputs),
        "bias_out": (outputs,),
    }


def untrained(arrays: Mapping[str, tuple[int, ...]], seed: int) -> dict[str, np.ndarray]:
    """Return first values of arrays of these shapes: kernels whose outputs have variances of about 1, and zeros.

    The last kernel is small, so that the first outputs are nearly 0.
    """
    rng, values = np.random.default_rng(seed), {}
    for name, shape in arrays.items():
        if "kernel" not in name:
            values[name] = np.zeros(shape, "float32")
            continue
        blocks = 1 if name in ("kernels", "condition_kernels", "out_kernels") else 0
        inputs = math.prod(shape[blocks:-1])  # a kernel sums over all axes but that of its outputs
        scale = (0.1 if name == "kernel_out" else 1.0) / math.sqrt(max(1, inputs))
        values[name] = (scale * rng.standard_normal(shape)).astype("float32")
    return values


def before(reach: int) -> tuple[tuple[int, int], ...]:
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


class _Padded:
    """Maps (n, rows, columns, channels), first of zeros, with a margin of zeros above, to the left and to the right."""

    def __init__(self, n: int, rows: int, columns: int, channels: int, reach: int):
        self.values = np.zeros((n, rows + reach, columns + 2 * reach, channels), "float32")
        self.reach = reach

    @property
    def inner(self) -> np.ndarray:
        """The maps without the margin."""
        return self.values[:, self.reach :, self.reach : -self.reach]

    def read(self, row: int, column: int, places) -> np.ndarray:
        """Return the values at T `places` relative to a place: (n, T · channels)."""
        values = [self.values[:, row + self.reach + down, column + self.reach + right] for down, right in places]
        return np.concatenate(values, axis=1)

    def write(self, row: int, column: int, values: np.ndarray) -> None:
        """Set the values (n, channels) at a place."""
        self.values[:, row + self.reach, column + self.reach] = values


def _as_matrix(kernel: np.ndarray) -> np.ndarray:
    """Return a kernel (T, in, out) as a matrix (T · in, out)."""
    return kernel.reshape(-1, kernel.shape[-1])


def _silu(x: np.ndarray) -> np.ndarray:
    from scipy.special import expit

    return x * expit(x)


_ARRAYS = types.SimpleNamespace(matmul=np.matmul, silu=_silu)
"""The functions of `keras.ops` that are computed with NumPy at one place."""
