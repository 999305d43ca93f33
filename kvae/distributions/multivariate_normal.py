"""The normal distribution with full covariance."""

import dataclasses
import math
from typing import Any

import keras
from keras import ops

from kvae.distributions.base import Distribution, promote, random_like


@dataclasses.dataclass(frozen=True, eq=False)
class MultivariateNormal(Distribution):
    """A normal distribution N(loc, L Lᵀ) of vectors, with a lower triangular matrix L = `scale_tril`.

        log p(x) = −½ ‖L⁻¹ (x − loc)‖² − Σ_i log L_ii − D/2 log 2π

    `loc` has the shape batch + (D,), `scale_tril` the shape batch + (D, D) and a positive diagonal.
    """

    loc: Any
    scale_tril: Any

    def log_prob(self, x):
        x, loc, scale_tril = promote(x, self.loc, self.scale_tril)
        gap = x - loc  # (..., D)
        # (..., D, D), with the leading axes of x: a triangular solver does not broadcast.
        scale = scale_tril + ops.zeros((*ops.shape(gap), 1), dtype=scale_tril.dtype)
        noise = ops.solve_triangular(scale, gap[..., None], lower=True)[..., 0]
        return _standard_log_prob(noise) - _log_determinant(scale_tril)

    def sample(self, seed, shape=()):
        """Return loc + L ε with ε ~ N(0, I), differentiable in both parameters."""
        return self._draw(seed, shape)[0]

    def sample_and_log_prob(self, seed, shape=()):
        x, noise = self._draw(seed, shape)
        (scale_tril,) = promote(self.scale_tril)
        return x, _standard_log_prob(noise) - _log_determinant(scale_tril)

    def _draw(self, seed, shape):
        loc, scale_tril = promote(self.loc, self.scale_tril)
        noise = random_like(keras.random.normal, loc, seed, shape)
        return loc + ops.matmul(scale_tril, noise[..., None])[..., 0], noise

    @property
    def mean(self):
        (loc,) = promote(self.loc)
        return loc

    @property
    def stddev(self):
        """The standard deviation of each unit, of shape batch + (D,)."""
        (scale_tril,) = promote(self.scale_tril)
        return ops.sqrt(ops.sum(ops.square(scale_tril), axis=-1))

    @property
    def mode(self):
        return self.mean


def kl_from_diagonal(q: MultivariateNormal, p):
    """Return KL(q ‖ p) in nats of q = N(μ, L Lᵀ) and a `Normal` p = N(m, diag σ²): shape (batch,).

    ½ (Σ_ij (L_ij / σ_i)² + Σ_i ((μ_i − m_i) / σ_i)² − D) + Σ_i log σ_i − Σ_i log L_ii
    """
    loc, scale_tril, p_loc, p_log_scale = promote(q.loc, q.scale_tril, p.loc, p.log_scale)
    precision = ops.exp(-2 * (p_log_scale + ops.zeros_like(loc)))  # (batch, D)
    spread = ops.sum(ops.square(scale_tril), axis=-1) + ops.square(loc - p_loc)
    per_unit = 0.5 * (spread * precision - 1) + p_log_scale
    return ops.sum(per_unit, axis=-1) - _log_determinant(scale_tril)


def _standard_log_prob(noise):
    """Return log N(noise; 0, I)."""
    return -0.5 * ops.sum(ops.square(noise) + math.log(2 * math.pi), axis=-1)


def _log_determinant(scale_tril):
    return ops.sum(ops.log(ops.diagonal(scale_tril, axis1=-2, axis2=-1)), axis=-1)
