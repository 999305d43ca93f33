"""A callback that monitors the posterior and warns when no latent unit is active."""

import warnings

import keras
import numpy as np

from kvae.capabilities import POSTERIOR, UNIT_KL
from kvae.errors import UserError
from kvae.evaluation.collapse import active_units

PATIENCE = 3
"""Number of epochs without an active unit after which a posterior counts as collapsed.

Many posteriors have no active unit in the first epochs and recover."""

FEW_STEPS = 1000
"""Number of training steps below which a posterior without an active unit counts as undertrained, not as collapsed."""


class PosteriorCollapse(UserWarning):
    """The warning of a posterior that equals the prior for every x: the latent code holds no information about x."""


class LatentMonitor(keras.callbacks.Callback):
    """A callback that adds statistics of the posterior to the logs of every epoch.

        posterior_mean_min, posterior_mean_max    extremes of the mean of q(z|x), over x and latent units
        posterior_std_min, posterior_std_max      extremes of its standard deviation
        active_units                              number of units j with Var_x E_q[z_j] > 0.01
        kl_unit/j                                 mean over x of KL(q(z_j|x) ‖ p(z_j)), in nats, if it has a closed form
                                                  and if the latent code is a vector

    It warns with `PosteriorCollapse` when no unit has been active for three epochs and a thousand training steps, and
    otherwise at the end of a training that leaves no unit active. The warning names the likely cause: running statistics
    that differ from those of training, few steps, or the weight of the rate.

    Args:
        data: examples: x, or x and y. A few hundred validation examples are enough.
    """

    def __init__(self, *data: np.ndarray):
        super().__init__()
        self.data = data
        self.epochs_without_active_unit = 0
        self.warned = False
        self.inferred_rate = float("inf")  # unknown, if the KL of a unit has no closed form

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
            rates = self.model.rate_per_unit(*self.data).mean(axis=0)
            self.inferred_rate = float(rates.sum())
            if rates.ndim == 1:  # a spatial code has thousands of units
                logs |= {f"kl_unit/{j}": float(rate) for j, rate in enumerate(rates)}
        self.epochs_without_active_unit = 0 if active else self.epochs_without_active_unit + 1
        self.finding = f"No latent unit is active after epoch {epoch + 1}. {self._cause(logs)}"
        if self.epochs_without_active_unit >= PATIENCE and self._steps() >= FEW_STEPS:
            self._warn()

    def on_train_end(self, logs=None):
        if self.epochs_without_active_unit:
            self._warn()

    def _cause(self, logs) -> str:
        """Return the likely cause of a posterior without an active unit, and its repair."""
        if logs.get("rate", 0.0) > 1 + 2 * self.inferred_rate:
            return (
                f"The rate is {logs['rate']:.1f} nats in training and {self.inferred_rate:.1f} nats in inference mode, so "
                "the layers that act differently in training are the cause. Running statistics of batch norm may lag: train "
                "for more steps, lower the momentum, or use networks without batch norm."
            )
        if self._steps() < FEW_STEPS:
            return f"The model is undertrained: it has made {self._steps()} training steps. Train for more epochs."
        return (
            "The posterior has collapsed, because the rate weighs too much against the distortion: lower or anneal beta, or "
            "use free bits."
        )

    def _steps(self) -> int:
        """Return the number of training steps since the model was compiled, also over resumed runs."""
        return int(keras.ops.convert_to_numpy(self.model.optimizer.iterations))

    def _warn(self) -> None:
        """Warn, but only once."""
        if not self.warned:
            warnings.warn(self.finding, PosteriorCollapse, stacklevel=3)
        self.warned = True
