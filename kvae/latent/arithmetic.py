"""Arithmetic with latent codes: attribute vectors, and linear and spherical interpolation.

For example, these lines add the attribute `smiling` to images x:

    smile = attribute_vector(vae.encode(x), smiling)
    x_hat = vae.decode(vae.encode(x) + smile)
"""

import numpy as np

from kvae.errors import UserError


def attribute_vector(z: np.ndarray, has: np.ndarray) -> np.ndarray:
    """Return the mean latent code of the examples with an attribute, minus that of the examples without it: (*latent,).

    Args:
        z: latent codes (N, *latent).
        has: True for an example with the attribute (N,).

    Raises:
        UserError: all examples have the attribute, or none has it.
    """
    has = np.asarray(has, bool)
    if has.all() or not has.any():
        raise UserError(
            f"Expected examples with and without the attribute. Received: {has.sum()} of {len(has)} with it."
        )
    return z[has].mean(axis=0) - z[~has].mean(axis=0)


def lerp(a: np.ndarray, b: np.ndarray, amount) -> np.ndarray:
    """Return (1 − t) a + t b for an `amount` t: the linear interpolation of latent codes."""
    return (1 - amount) * a + amount * b


def slerp(a: np.ndarray, b: np.ndarray, amount) -> np.ndarray:
    """Return the spherical interpolation of latent codes (…, D) for an `amount` t from 0 to 1:

        (sin((1 − t) ω) a/|a| + sin(t ω) b/|b|) / sin ω · ((1 − t) |a| + t |b|),   ω the angle between a and b

    (White 2016, "Sampling generative networks"). The direction follows the arc from a to b, and the length changes
    linearly.

    Linear interpolation of codes with many normal units passes through codes that are shorter than almost all draws of
    the prior. Spherical interpolation keeps their length. Spatial codes (…, h, w, c) are interpolated at each position.
    """
    length_a, length_b = (np.linalg.norm(code, axis=-1, keepdims=True) for code in (a, b))
    unit_a, unit_b = a / np.maximum(length_a, 1e-12), b / np.maximum(length_b, 1e-12)
    angle = np.arccos(np.clip(np.sum(unit_a * unit_b, axis=-1, keepdims=True), -1, 1))
    sine = np.sin(angle)
    straight = sine < 1e-6  # parallel codes have no arc, and opposite codes have no shortest one
    arc = np.sin((1 - amount) * angle) * unit_a + np.sin(amount * angle) * unit_b
    direction = np.where(straight, lerp(unit_a, unit_b, amount), arc / np.where(straight, 1, sine))
    return direction * lerp(length_a, length_b, amount)
