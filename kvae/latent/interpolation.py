"""Interpolation between two images, in latent space and in pixels."""

from collections.abc import Callable, Sequence

import numpy as np
from keras import ops

from kvae.latent.arithmetic import lerp, slerp


def interpolate(
    model,
    x: np.ndarray,
    alphas: Sequence[float],
    *condition,
    new_y: np.ndarray | None = None,
    spherical: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the interpolation between two images in latent space and in pixels: two arrays (A, H, W, C).

        decode((1 − α) z_a + α z_b)          (1 − α) a + α b

    The first follows images that are probable under the model. The second fades one image into the other.

    Args:
        model: a model with latent codes z.
        x: the images a and b (2, H, W, C).
        alphas: values of α from 0 to 1.
        condition: () or, for a model that takes labels, (y,) with the labels of a and b. Labels are mixed as codes are.
        new_y: labels (2, …) that replace those of a and b, or None.
        spherical: True to interpolate latent codes spherically (`arithmetic.slerp`).
    """
    z = model.encode(x, *condition)
    if new_y is not None:
        condition = (new_y,)
        z = ops.convert_to_numpy(model.relabel(ops.convert_to_tensor(z), ops.convert_to_tensor(new_y)))
    labels = (_between(ops.convert_to_numpy(model.labels.encode(y)), alphas) for y in condition)
    codes = _between(z, alphas, slerp if spherical else lerp)
    return model.decode(codes, *labels), _between(x, alphas)


def _between(pair: np.ndarray, alphas: Sequence[float], path: Callable = lerp) -> np.ndarray:
    """Return the points between `pair[0]` and `pair[1]` for each α: (A, …)."""
    return path(*pair, np.asarray(alphas, "float32").reshape(-1, *(1 for _ in pair.shape[1:])))
