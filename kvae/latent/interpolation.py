"""Interpolation between two images, in latent space and in pixels."""

from collections.abc import Callable, Sequence

import numpy as np
from keras import ops

from kvae.latent.arithmetic import lerp, slerp


def interpolate(
    model,
    x: np.ndarray,
    alphas: Sequence[float] | np.ndarray,
    *condition,
    new_y: np.ndarray | None = None,
    spherical: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the interpolation between two images in latent space and in pixels: two arrays (A, H, W, C).

        decode((1 − α) z_a + α z_b)          (1 − α) a + α b

    The first array is decoded from the codes between those of a and b. The second fades a into b.

    Args:
        model: a model with latent codes z.
        x: the images a and b (2, H, W, C).
        alphas: values of α from 0 to 1.
        condition: () or, for a model that takes labels, (y,) with the labels of a and b. Labels are interpolated
            linearly.
        new_y: labels (2, …) that replace those of a and b in the decoder, or None.
        spherical: True to interpolate latent codes spherically (`arithmetic.slerp`).
    """
    z = model.encode(x, *condition)
    if new_y is not None:
        condition = (new_y,)
        z = ops.convert_to_numpy(model.relabel(ops.convert_to_tensor(z), ops.convert_to_tensor(new_y)))
    labels = (_between(ops.convert_to_numpy(model.labels.encode(y)), alphas) for y in condition)
    codes = _between(z, alphas, slerp if spherical else lerp)
    return model.decode(codes, *labels), _between(x, alphas)


def _between(pair: np.ndarray, alphas: Sequence[float] | np.ndarray, path: Callable = lerp) -> np.ndarray:
    """Return the point on the path from `pair[0]` to `pair[1]` at each α: (A, …)."""
    return path(*pair, np.asarray(alphas, "float32").reshape(-1, *(1 for _ in pair.shape[1:])))
