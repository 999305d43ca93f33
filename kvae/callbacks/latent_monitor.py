"""What the posterior does while it learns."""

import warnings

import keras
import numpy as np

from kvae.capabilities import POSTERIOR, UNIT_KL
from kvae.errors import UserError
from kvae.evaluation.collapse import active_units

PATIENCE = 3
"""Epochs without an active unit after which a posterior counts as collapsed; many find a code after the first ones."""


class PosteriorCollapse(UserWarning):
    """The posterior equals the prior for every x: the code says nothing."""


class LatentMonitor(keras.callbacks.Callback):
    """Adds to the logs of every epoch, over the examples `data`, (x,) or (x, y), a batch or two of validation data:

    `posterior_mean_min`, `posterior_mean_max`, `posterior_std_min`, `posterior_std_max`: extremes over x and units;
    `active_units`: units j with Var_x E_q[z_j] > 0.01;
    `kl_unit/j`: mean over x of KL(q(z_j|x) ‖ p(z_j)), in nats, with one layer of latent units.

    Warns with `PosteriorCollapse`, once, when no unit has been active for three epochs.
    """

    def __init__(self, *data: np.ndarray):
        super().__init__()
        self.data = data
        self.without_code = 0

    def on_train_begin(self, logs=None):
        if POSTERIOR not in self.model.capabilities:
            raise UserError(f"Expected a model with a posterior. Received: {type(self.model).__name__}.")

    def on_epoch_end(self, epoch, logs=None):
        mean, std = self.model.posterior_parameters(*self.data)
        active = active_units(mean)
        logs |= {
            "posterior_mean_min": float(mean.min()),
            "posterior_mean_max": float(mean.max()),
            "posterior_std_min": float(std.min()),
            "posterior_std_max": float(std.max()),
            "active_units": active,
        }
        if UNIT_KL in self.model.capabilities:
            rates = self.model.rate_per_unit(*self.data).mean(axis=0).ravel()
            logs |= {f"kl_unit/{j}": float(rate) for j, rate in enumerate(rates)}
        self.without_code = 0 if active else self.without_code + 1
        if self.without_code == PATIENCE:
            warnings.warn(
                f"The posterior has collapsed by epoch {epoch + 1}: no latent unit is active, the largest variance of a "
                f"unit's posterior mean is {mean.var(axis=0).max():.2g}. The rate weighs too much against the distortion: "
                "lower or anneal beta, or grant free bits.",
                PosteriorCollapse,
                stacklevel=2,
            )
