"""How much of the code is in use."""

import numpy as np

from kvae.evaluation.applicable import require_posterior
from kvae.evaluation.bound import examples
from kvae.training.callbacks.latent_monitor import active_units


def collapse(model, batches) -> dict:
    """`active_units`: latent units j with Var_x E_q(z|x)[z_j] > 0.01; `kl_per_unit`: mean over x of KL_j, in nats.

    With two layers of latent units, those next to x are counted; a unit's KL has no closed form then.
    """
    return in_use(*units(model, batches))


def units(model, batches) -> tuple[np.ndarray, np.ndarray | None]:
    """Posterior means and, with one layer of latent units, KL_j of every example: (N, D) each."""
    require_posterior(model)
    mean = np.concatenate([model.encode(*data) for data in examples(batches)])
    if model.latent_layers > 1:
        return mean, None
    return mean, np.concatenate([model.rate_per_unit(*data) for data in examples(batches)])


def in_use(mean: np.ndarray, rates: np.ndarray | None) -> dict:
    """The figures of these examples."""
    figures = {"active_units": active_units(mean)}
    if rates is not None:
        figures["kl_per_unit"] = [round(float(value), 6) for value in rates.mean(axis=0)]
    return figures
