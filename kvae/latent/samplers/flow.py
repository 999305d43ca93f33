"""Normalising flows of affine coupling layers."""

import dataclasses
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
from keras import ops

from kvae.distributions import standard_normal
from kvae.latent.samplers.density import Scores, Task, check_arrays
from kvae.latent.samplers.trained import TrainedDensity, random_kernel, to_array, to_tensor, train, two_layers, zeros

LAYERS, UNITS = 6, 128
"""Number of coupling layers, and largest number of hidden units of the network of each."""

DROPOUT = 0.5
"""Fraction of the hidden units that training sets to zero. Without dropout the networks overfit a few thousand codes."""

LARGEST_LOG_SCALE = 2.0
"""Largest absolute value of log σ of a layer."""


@dataclasses.dataclass(frozen=True, eq=False)
class Flow(TrainedDensity):
    """The density of s = g⁻¹(u) with u ~ N(0, I), where g consists of T affine coupling layers (Dinh et al. 2017, RealNVP):

        g_t(s) = [a, (b − m) / σ],    [a, b] = s in the order of layer t,    (m, log σ) = network_t([a, f])
        log p(s|f) = log N(g(s); 0, I) − Σ_t Σ_i log σ_{t,i}

    a holds the first R // 2 units. The order of every second layer is random, and the next layer reverses it, so that two
    layers map each unit. The inverse autoregressive flow of `kvae.distributions` has no density at given points,
    which the fit needs.

    Args:
        orders: order of the units before each layer (T, R).
        kernels, biases: hidden layers of the networks, (T, R // 2 + A, H) and (T, H).
        kernels_out, biases_out: their outputs, means and then log σ, (T, H, 2 (R − R // 2)) and (T, 2 (R − R // 2)).
    """

    orders: np.ndarray
    kernels: np.ndarray
    biases: np.ndarray
    kernels_out: np.ndarray
    biases_out: np.ndarray

    fixed: ClassVar = ("orders",)

    @classmethod
    def identity(cls, rank: int, labels: int, units: int, seed: int) -> "Flow":
        """Return the flow with which training begins. Its density is N(s; 0, I)."""
        rng = np.random.default_rng(seed)
        orders = np.stack([np.arange(rank)[::-1] if t % 2 else rng.permutation(rank) for t in range(LAYERS)])
        kernels = random_kernel(rng, LAYERS, rank // 2 + labels, units)
        outputs = 2 * (rank - rank // 2)
        return cls(orders, kernels, zeros(LAYERS, units), zeros(LAYERS, units, outputs), zeros(LAYERS, outputs))

    def check(self, rank, labels):
        layers, units = self.biases.shape if self.biases.ndim == 2 else (0, 0)
        outputs = 2 * (rank - rank // 2)
        shapes = {
            "kernels": (layers, rank // 2 + labels, units),
            "biases": (layers, units),
            "kernels_out": (layers, units, outputs),
            "biases_out": (layers, outputs),
        }
        check_arrays(self, shapes)
        if self.orders.shape != (layers, rank) or self.orders.dtype != "int64":
            raise ValueError(f"orders of {self.orders.dtype} {self.orders.shape} instead of int64 {(layers, rank)}")
        if (np.sort(self.orders, axis=1) != np.arange(rank)).any():
            raise ValueError("orders that leave out units")

    def bound(self, scores, features, seed, training):
        """Return log p(s|f): (B,)."""
        noise, log_det = self.noise(scores, features, DROPOUT if training else 0.0, seed)
        return standard_normal().log_prob(noise) + log_det

    def log_prob(self, scores, features):
        return to_array(self.bound(to_tensor(scores), to_tensor(features), None, training=False))

    def sample(self, features, rng):
        noise = rng.standard_normal((len(features), self.orders.shape[1]))
        return to_array(self.scores(to_tensor(noise), to_tensor(features)))

    def noise(self, scores, features, dropout: float = 0.0, seed=None):
        """Return the noise g(s) of scores (B, R), and the logarithm of |det ∂g/∂s|: (B, R) and (B,)."""
        log_det = 0.0
        for t, order in enumerate(self.orders):
            a, b = self._halves(ops.take(scores, order, axis=1))
            mean, log_scale = self._parameters(t, a, features, dropout, seed)
            scores = ops.concatenate([a, (b - mean) * ops.exp(-log_scale)], axis=1)
            log_det = log_det - ops.sum(log_scale, axis=1)
        return scores, log_det

    def scores(self, noise, features):
        """Return the scores g⁻¹(u) of noise u (B, R): (B, R)."""
        for t in reversed(range(len(self.orders))):
            a, b = self._halves(noise)
            mean, log_scale = self._parameters(t, a, features)
            noise = ops.take(
                ops.concatenate([a, mean + b * ops.exp(log_scale)], axis=1), np.argsort(self.orders[t]), axis=1
            )
        return noise

    def _halves(self, scores):
        half = self.orders.shape[1] // 2
        return scores[:, :half], scores[:, half:]

    def _parameters(self, t: int, a, features, dropout=0.0, seed=None):
        """Return m and log σ of layer t: (B, R − R // 2) each."""
        inputs = ops.concatenate([a, features], axis=1)
        arrays = self.kernels[t], self.biases[t], self.kernels_out[t], self.biases_out[t]
        mean, log_scale = ops.split(two_layers(inputs, *arrays, dropout, seed), 2, axis=1)
        return mean, LARGEST_LOG_SCALE * ops.tanh(log_scale)


def flows(used: Scores, held: Scores, task: Task) -> Iterator[Flow]:
    """Yield one flow. The arguments are those of `mixtures`."""
    rank, labels = used.scores.shape[1], used.features.shape[1]
    outputs = 2 * (rank - rank // 2)
    of_unit, others = LAYERS * (rank // 2 + labels + 1 + outputs), LAYERS * (outputs + 2 * rank)
    units = max(1, min(UNITS, (task.room - others) // of_unit))
    yield train(Flow.identity(rank, labels, units, task.seed), used, held, task.seed)
