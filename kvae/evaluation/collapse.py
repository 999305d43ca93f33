"""How much of the code is in use."""

import numpy as np

from kvae.evaluation.batches import examples
from kvae.evaluation.requirements import require_posterior

ACTIVE = 0.01
"""A latent unit is active when the variance over x of its posterior mean exceeds this (Burda et al. 2016, section 4.2)."""


def collapse(model, batches) -> dict:
    """`active_units`: latent units j with Var_x E_q(z|x)[z_j] > 0.01; `kl_per_unit`: mean over x of KL_j, in nats.

    With two layers of latent units, those next to x are counted; a unit's KL has no closed form then.
    """
    return activity(*units(model, batches))


def units(model, batches) -> tuple[np.ndarray, np.ndarray | None]:
    """Posterior means and, with one layer of latent units, KL_j of every example: (N, D) each."""
    require_posterior(model)
    mean = np.concatenate([model.encode(*data) for data in examples(batches)])
    if model.latent_layers > 1:
        return mean, None
    return mean, np.concatenate([model.rate_per_unit(*data) for data in examples(batches)])


def activity(mean: np.ndarray, rates: np.ndarray | None) -> dict:
    """The figures of these examples."""
    figures = {"active_units": active_units(mean)}
    if rates is not None:
        figures["kl_per_unit"] = [round(float(value), 6) for value in rates.mean(axis=0)]
    return figures


def active_units(mean: np.ndarray) -> int:
    """Units j with Var_x E_q(z|x)[z_j] > 0.01, by the posterior means (N, D) of N examples."""
    return int((mean.var(axis=0) > ACTIVE).sum())
