"""Walks through the latent space: along one unit at a time, and from one picture to another."""

from collections.abc import Sequence

import numpy as np

from kvae.errors import UserError


def traverse(model, z: np.ndarray, units: Sequence[int], values: np.ndarray) -> np.ndarray:
    """The decoded code `z` (D,) with one unit changed, each of `units` to each of its `values` (U, V): (U, V, H, W, C).

    Raises `UserError` for a unit that the code does not have.
    """
    for unit in units:
        if not 0 <= unit < len(z):
            raise UserError(f"Expected units from 0 to {len(z) - 1}. Received: unit={unit}.")
    codes = np.tile(z, (*np.shape(values), 1))  # (U, V, D)
    for row, unit, along in zip(codes, units, values, strict=True):
        row[:, unit] = along
    x = model.decode(codes.reshape(-1, len(z)))
    return x.reshape(*np.shape(values), *x.shape[1:])


def interpolate(model, a: np.ndarray, b: np.ndarray, alphas: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """From picture `a` (H, W, C) to `b`, in latent space and in pixels: two arrays (A, H, W, C).

        decode((1 − α) z_a + α z_b)          (1 − α) a + α b

    with the codes z of the two. The first runs along pictures the model holds possible, the second fades.
    """
    alpha = np.asarray(alphas, "float32")[:, None]
    z_a, z_b = model.encode(np.stack([a, b]))
    alpha_x = alpha.reshape(-1, *(1 for _ in a.shape))
    return model.decode((1 - alpha) * z_a + alpha * z_b), (1 - alpha_x) * a + alpha_x * b
