"""A callback that monitors the posterior and warns when it has collapsed."""

import warnings

import keras
import numpy as np

from kvae.capabilities import POSTERIOR, UNIT_KL
from kvae.errors import UserError
from kvae.evaluation.collapse import active_units

PATIENCE = 3
"""Number of epochs without an active unit after which a posterior counts as collapsed.

Many posteriors have no active unit in the first epochs and recover."""


class PosteriorCollapse(UserWarning):
    """The warning of a posterior that equals the prior for every x: the latent code holds no information about x."""


class LatentMonitor(keras.callbacks.Callback):
    """A callback that adds statistics of the posterior to the logs of every epoch.

        posterior_mean_min, posterior_mean_max    extremes of the mean of q(z|x), over x and latent units
        posterior_std_min, posterior_std_max      extremes of its standard deviation
        active_units                              number of units j with Var_x E_q[z_j] > 0.01
        kl_unit/j                                 mean over x of KL(q(z_j|x) ‖ p(z_j)), in nats, if it has a closed form

    It warns with `PosteriorCollapse` when no unit has been active for three epochs.

    Args:
        data: examples: x, or x and y. A few hundred validation examples are enough.
    """

    def __init__(self, *data: np.ndarray):
        super().__init__()
        self.data = data
        self.epochs_without_active_unit = 0

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
        self.epochs_without_active_unit = 0 if active else self.epochs_without_active_unit + 1
        if self.epochs_without_active_unit == PATIENCE:
            warnings.warn(
                f"The posterior has collapsed by epoch {epoch + 1}: no latent unit is active. The largest variance of "
                f"a posterior mean is {mean.var(axis=0).max():.2g}. The rate weighs too much against the distortion: "
                "lower or anneal beta, or use free bits.",
                PosteriorCollapse,
                stacklevel=2,
            )
