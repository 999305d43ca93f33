"""Walks through the latent space: along one unit at a time, from one picture to another, and from label to label."""

from collections.abc import Sequence

import numpy as np
from keras import ops

from kvae.capabilities import POSTERIOR
from kvae.errors import UserError
from kvae.latent.arithmetic import lerp


def traverse(model, z: np.ndarray, units: Sequence[int], values: np.ndarray, *given) -> np.ndarray:
    """The decoded code `z` (D,) with one unit changed, each of `units` to each of its `values` (U, V): (U, V, H, W, C).

    `given` is () or, for a model that takes labels, (y,) with the one label that all have. Raises `UserError` for a
    unit that the code does not have.
    """
    for unit in units:
        if not 0 <= unit < len(z):
            raise UserError(f"Expected units from 0 to {len(z) - 1}. Received: unit={unit}.")
    codes = np.tile(z, (*np.shape(values), 1))  # (U, V, D)
    for row, unit, along in zip(codes, units, values, strict=True):
        row[:, unit] = along
    codes = codes.reshape(-1, len(z))
    x = model.decode(codes, *(np.repeat(y, len(codes), axis=0) for y in given))
    return x.reshape(*np.shape(values), *x.shape[1:])


def standard_units(model, *given) -> np.ndarray:
    """Which units have the prior N(0, 1): (D,) of truth values."""
    if POSTERIOR not in model.capabilities or model.latent_layers > 1:
        return np.zeros(model.latent_shape, bool)
    prior = model.prior(*map(ops.convert_to_tensor, given))
    parameters = (ops.convert_to_numpy(parameter) for parameter in (prior.loc, prior.log_scale))
    zeros = np.zeros((1, *model.latent_shape), bool)
    return np.all([(parameter == 0) | zeros for parameter in parameters], axis=(0, 1))


def interpolate(model, x: np.ndarray, alphas: Sequence[float], *given, new_y=None) -> tuple[np.ndarray, np.ndarray]:
    """From the first picture of `x` (2, H, W, C) to the second, in latent space and in pixels: two arrays (A, H, W, C).

        decode((1 − α) z_a + α z_b)          (1 − α) a + α b

    with the codes z of the two. The first runs along pictures the model holds possible, the second fades. For a model
    that takes labels `given` is (y,), and labels are mixed as codes are; `new_y` (2, …) takes their place.
    """
    z = model.encode(x, *given)
    if new_y is not None:
        given = (new_y,)
        z = ops.convert_to_numpy(model.relabel(ops.convert_to_tensor(z), ops.convert_to_tensor(new_y)))
    labels = (_along(ops.convert_to_numpy(model.labels.encode(y)), alphas) for y in given)
    return model.decode(_along(z, alphas), *labels), _along(x, alphas)


def restyle(model, x: np.ndarray, y: np.ndarray, style: np.ndarray, style_y: np.ndarray) -> np.ndarray:
    """Each picture of `x` (N, …) with the label part w of the code of each of `style` (S, …): pictures (N, S, …)."""
    each = np.repeat(np.arange(len(x)), len(style))
    of = np.tile(np.arange(len(style)), len(x))
    restyled = model.restyle(x[each], y[each], style[of], style_y[of])
    return restyled.reshape(len(x), len(style), *x.shape[1:])


def _along(pair, alphas) -> np.ndarray:
    """(1 − α) pair[0] + α pair[1], for each α: (A, …)."""
    return lerp(*pair, np.asarray(alphas, "float32").reshape(-1, *(1 for _ in pair.shape[1:])))
