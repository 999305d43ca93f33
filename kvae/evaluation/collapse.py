"""The number of latent units that carry information about x."""

from typing import Any

import numpy as np

from kvae.capabilities import POSTERIOR, UNIT_KL
from kvae.evaluation.batches import examples
from kvae.evaluation.metric import metric

ACTIVE = 0.01
"""Variance of the posterior mean above which a latent unit is active (Burda et al. 2016, section 4.2)."""


@metric("collapse", needs={POSTERIOR}, quick=True, reports=("active_units", "kl_per_unit"))
def collapse(model, batches) -> dict:
    """Return `active_units` and `kl_per_unit`.

        active_units = number of units j with Var_x E_q(z|x)[z_j] > 0.01
        kl_per_unit  = mean over x of KL(q(z_j|x) ‖ p(z_j)) for each unit j, in nats

    In a model with two layers of latent units, the units of the layer next to x are counted. `kl_per_unit` is absent if
    the KL of a unit has no closed form.
    """
    return activity(*means_and_rates(model, batches))


def means_and_rates(model, batches) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the posterior mean and the rate of every unit and example, (N, D) each.

    The rate is the KL of the unit, in nats. It is None if the KL has no closed form.
    """
    mean = np.concatenate([model.encode(*data) for data in examples(batches)])  # (N, *latent_shape)
    mean = mean.reshape(len(mean), -1)
    if UNIT_KL not in model.capabilities:
        return mean, None
    rates = np.concatenate([model.rate_per_unit(*data) for data in examples(batches)])
    return mean, rates.reshape(len(rates), -1)


def activity(mean: np.ndarray, rates: np.ndarray | None) -> dict:
    """Return `active_units` and `kl_per_unit` from posterior means and rates (N, D) of N examples."""
    values: dict[str, Any] = {"active_units": active_units(mean)}
    if rates is not None:
        values["kl_per_unit"] = [round(float(value), 6) for value in rates.mean(axis=0)]
    return values


def active_units(mean: np.ndarray) -> int:
    """Return the number of units j with Var_x E_q(z|x)[z_j] > 0.01, given the posterior means (N, …) of N examples."""
    return int((mean.var(axis=0) > ACTIVE).sum())
