"""Interpolation between two images, in latent space and in pixels."""

from collections.abc import Sequence

import numpy as np
from keras import ops

from kvae.latent.arithmetic import lerp


def interpolate(
    model, x: np.ndarray, alphas: Sequence[float], *condition, new_y: np.ndarray | None = None
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
    """
    z = model.encode(x, *condition)
    if new_y is not None:
        condition = (new_y,)
        z = ops.convert_to_numpy(model.relabel(ops.convert_to_tensor(z), ops.convert_to_tensor(new_y)))
    labels = (_between(ops.convert_to_numpy(model.labels.encode(y)), alphas) for y in condition)
    return model.decode(_between(z, alphas), *labels), _between(x, alphas)


def _between(pair: np.ndarray, alphas: Sequence[float]) -> np.ndarray:
    """Return (1 − α) pair[0] + α pair[1] for each α: (A, …)."""
    return lerp(*pair, np.asarray(alphas, "float32").reshape(-1, *(1 for _ in pair.shape[1:])))
