"""Traversal of the latent space: one latent unit changes at a time, and the others stay.

Units are numbered along the flattened latent code. Unit j of a code of shape (h, w, c) is the value at the position
`np.unravel_index(j, (h, w, c))`. Its channel is j % c.
"""

from collections.abc import Sequence

import numpy as np
from keras import ops

from kvae.capabilities import POSTERIOR
from kvae.distributions import Distribution, Joint, Normal
from kvae.errors import ChoiceError


def traverse(model, z: np.ndarray, units: Sequence[int], values: np.ndarray, *condition) -> np.ndarray:
    """Return the images of a latent code in which one unit at a time takes each of its `values`: (U, V, H, W, C).

    Args:
        model: a model with a decoder.
        z: one latent code (*latent,).
        units: indices of the U units.
        values: V values of each unit (U, V).
        condition: () or, for a model that takes labels, (y,) with the labels of one example.

    Raises:
        ChoiceError: the latent code has no such unit.
    """
    check_units(units, z.size)
    codes = np.tile(z.reshape(-1), (*np.shape(values), 1))  # (U, V, D), with D the product of the latent shape
    for row, unit, unit_values in zip(codes, units, values, strict=True):
        row[:, unit] = unit_values
    codes = codes.reshape(-1, *z.shape)  # (U · V, *latent)
    x = model.decode(codes, *(np.repeat(y, len(codes), axis=0) for y in condition))
    return x.reshape(*np.shape(values), *x.shape[1:])


def check_units(units: Sequence[int], size: int) -> None:
    """Raise `ChoiceError` unless every unit is an index from 0 to size − 1."""
    for unit in units:
        if not 0 <= unit < size:
            raise ChoiceError(f"Expected units from 0 to {size - 1}. Received: unit={unit}.")


def informative_units(z: np.ndarray, n: int) -> list[int]:
    """Return the `n` units with the largest variance over the latent codes `z` (N, *latent), the largest first."""
    return np.argsort(-z.reshape(len(z), -1).var(axis=0))[:n].tolist()


def standard_units(model, *condition) -> np.ndarray:
    """Return True for each unit whose prior is N(0, 1): (*latent,)."""
    if POSTERIOR not in model.capabilities or model.latent_layers > 1:
        return np.zeros(model.latent_shape, bool)
    standard = _is_standard(model.prior(*map(ops.convert_to_tensor, condition)))
    return np.all(standard.reshape(-1, *model.latent_shape), axis=0)


def center_and_scale(standard: np.ndarray, z: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and the standard deviation of each unit: (*latent,) each.

    They are 0 and 1 for a unit with the prior N(0, 1). For the other units they are computed from latent codes.

    Args:
        standard: True for a unit with the prior N(0, 1) (*latent,).
        z: latent codes (N, *latent). None if all units are standard.
    """
    mean, std = np.zeros(standard.shape, "float32"), np.ones(standard.shape, "float32")
    if z is None:
        return mean, std
    return np.where(standard, mean, z.mean(axis=0)), np.where(standard, std, z.std(axis=0))


def _is_standard(distribution: Distribution) -> np.ndarray:
    """Return True for each unit with the distribution N(0, 1), in the shape of the mean of `distribution`."""
    if isinstance(distribution, Joint):
        return np.concatenate([_is_standard(distribution.first), _is_standard(distribution.second)], axis=-1)
    shape = tuple(distribution.mean.shape)
    if not isinstance(distribution, Normal):
        return np.zeros(shape, bool)
    zeros = (ops.convert_to_numpy(parameter) == 0 for parameter in (distribution.loc, distribution.log_scale))
    return np.logical_and.reduce([np.broadcast_to(zero, shape) for zero in zeros])
