"""Small images that show where an image is bright and dark."""

import numpy as np

SIDE = 16


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
