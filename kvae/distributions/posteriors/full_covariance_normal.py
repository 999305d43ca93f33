"""The normal posterior with full covariance."""

import dataclasses
import math

import keras
import numpy as np
from keras import ops

from kvae.distributions.base import Configuration, promote
from kvae.distributions.multivariate_normal import MultivariateNormal
from kvae.distributions.posteriors.base import Posterior, vector_size
from kvae.distributions.scales import bounded_log_scale
from kvae.errors import UserError


@keras.saving.register_keras_serializable("kvae")
@dataclasses.dataclass(frozen=True)
class FullCovarianceNormal(Configuration, Posterior):
    """N(μ, L Lᵀ) of latent vectors, with a full covariance (Kingma et al. 2016, appendix A).

    h holds D means, D values of log L_ii, bounded to [−7, 7], and the D (D − 1) / 2 entries of L below the diagonal, row
    by row.
    """

    def outputs(self, shape):
        units = vector_size(shape, self)
        return (2 * units + units * (units - 1) // 2,)

    def units(self, outputs):
        units = (math.isqrt(9 + 8 * outputs) - 3) // 2
        if 2 * units + units * (units - 1) // 2 != outputs:
            raise UserError(
                f"Expected an encoder with 2 D + D (D − 1) / 2 outputs, for D latent units. Received: {outputs} outputs."
            )
        return units

    def __call__(self, h, training=False):
        units = self.units(h.shape[-1])
        loc, log_diagonal, below = promote(*ops.split(h, [units, 2 * units], axis=-1))
        # Position of each entry of L in [0, diagonal, entries below the diagonal]. Entries above the diagonal are 0.
        place = np.zeros((units, units), "int32")
        place[np.diag_indices(units)] = 1 + np.arange(units)
        place[np.tril_indices(units, -1)] = 1 + units + np.arange(units * (units - 1) // 2)
        scale = ops.exp(bounded_log_scale(log_diagonal))
        entries = ops.concatenate([ops.zeros_like(loc[..., :1]), scale, below], axis=-1)
        scale_tril = ops.reshape(ops.take(entries, place.ravel(), axis=-1), (-1, units, units))  # (B, D, D)
        return MultivariateNormal(loc, scale_tril)
