"""Arithmetic with codes: means, attribute vectors, mixtures, and what comes of turning a code round.

Codes are arrays (N, D), as `encode` returns and `decode` takes them:

    smile = attribute_vector(vae.encode(x), smiling)       mean with, minus mean without
    x_hat = vae.decode(vae.encode(x) + smile)
"""

import numpy as np

from kvae.errors import UserError

DARK = 0.5
"""Grey value, with pixels in [0, 1], below which a picture counts as dark."""


def attribute_vector(z: np.ndarray, has: np.ndarray) -> np.ndarray:
    """The mean code of examples that have an attribute, minus that of those that have not: (D,).

    Args:
        z: codes (N, D).
        has: truth values (N,).

    Raises:
        UserError: all have it, or none.
    """
    has = np.asarray(has, bool)
    if has.all() or not has.any():
        raise UserError(
            f"Expected examples with the attribute and without. Received: {has.sum()} of {len(has)} with it."
        )
    return z[has].mean(axis=0) - z[~has].mean(axis=0)


def lerp(a: np.ndarray, b: np.ndarray, amount) -> np.ndarray:
    """(1 − t) a + t b, for an `amount` t: linear interpolation of codes (…, D)."""
    return (1 - amount) * a + amount * b


def slerp(a: np.ndarray, b: np.ndarray, amount) -> np.ndarray:
    """Spherical interpolation of codes (…, D): along the arc between them, and linearly in length.

        (sin((1 − t) ω) a/|a| + sin(t ω) b/|b|) / sin ω · ((1 − t) |a| + t |b|),   ω the angle between a and b

    (White 2016, "Sampling generative networks"). Where linear interpolation of normal codes passes through shorter ones,
    which a prior of many units hardly ever draws, this keeps their length.
    """
    length_a, length_b = (np.linalg.norm(code, axis=-1, keepdims=True) for code in (a, b))
    unit_a, unit_b = a / np.maximum(length_a, 1e-12), b / np.maximum(length_b, 1e-12)
    angle = np.arccos(np.clip(np.sum(unit_a * unit_b, axis=-1, keepdims=True), -1, 1))
    sine = np.sin(angle)
    straight = sine < 1e-6  # no arc, or none that is shortest
    arc = np.sin((1 - amount) * angle) * unit_a + np.sin(amount * angle) * unit_b
    direction = np.where(straight, lerp(unit_a, unit_b, amount), arc / np.where(straight, 1, sine))
    return direction * lerp(length_a, length_b, amount)


def brightness(x: np.ndarray) -> np.ndarray:
    """Mean grey value of the central half of pictures (N, H, W, C): (N,)."""
    top, left = (side // 4 for side in x.shape[1:3])
    return x[:, top : x.shape[1] - top, left : x.shape[2] - left].mean(axis=(1, 2, 3))


def blend(model, a: np.ndarray, b: np.ndarray, weights, negate: np.ndarray | None = None) -> np.ndarray:
    """Pictures `a` (N, …) and `b` (N, …) mixed in latent space, by each weight of `a`: (W, N, …).

    decode(w · z_a + (1 − w) · s · z_b),   s = −1 for those of b that `negate` (N,) names, else 1
    """
    z_a, z_b = model.encode(a), model.encode(b)
    if negate is not None:
        z_b = np.where(np.asarray(negate, bool)[:, None], -z_b, z_b)
    return np.stack([model.decode(lerp(z_b, z_a, weight)) for weight in weights])


def negation(model, x: np.ndarray) -> dict[str, float]:
    """What turning a code round does to the brightness of pictures `x` (N, …).

    `negation_correlation`: over pictures, that of the brightness of decode(z) with that of decode(−z); −1 where dark becomes
    bright and bright dark. `negation_change`: the mean of what is gained by those of decode(z) that are darker than their
    median, less what is gained by the others.
    """
    z = model.encode(x)
    plain, turned = brightness(model.decode(z)), brightness(model.decode(-z))
    dark = plain < np.median(plain)
    gained = turned - plain
    return {
        "negation_correlation": float(np.corrcoef(plain, turned)[0, 1]),
        "negation_change": float(gained[dark].mean() - gained[~dark].mean()),
    }
