"""Smaller images."""

from collections.abc import Sequence

import numpy as np

SIDE = 16
"""Largest height and width of a thumbnail."""


def thumbnails(x: np.ndarray) -> np.ndarray:
    """Return images (N, H, W, C) as vectors of at most `SIDE` × `SIDE` × C mean values.

    The values of each image have mean 0 and variance 1, so that brightness and contrast do not count.
    """
    side = min(SIDE, *x.shape[1:3])
    for axis in (1, 2):
        starts = np.arange(side) * x.shape[axis] // side
        widths = np.diff([*starts, x.shape[axis]]).reshape(-1, *(1,) * (3 - axis))
        x = np.add.reduceat(x, starts, axis=axis, dtype="float64") / widths
    flat = x.reshape(len(x), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    return flat / np.maximum(flat.std(axis=1, keepdims=True), 1e-6)


def reduced(x: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """Return images (N, H, W, C), averaged over blocks of pixels to `shape` (h, w, C) if H / h = W / w is a whole number.

    Other arrays are returned as they are.
    """
    if x.ndim != 4 or len(shape) != 3:
        return x
    height, width = shape[:2]
    factor = x.shape[1] // height
    if x.shape[1:3] != (factor * height, factor * width):
        return x
    return x.reshape(len(x), height, factor, width, factor, x.shape[3]).mean(axis=(2, 4), dtype="float32")
