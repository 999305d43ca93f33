"""Transforms of a batch before it reaches a model: functions (x, rng) -> x."""

import numpy as np


def binarize(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return random binary values: 1 with probability x for each grey value x in [0, 1], else 0.

    The binarisation is that of Salakhutdinov and Murray (2008).
    """
    return (rng.random(x.shape, "float32") < x).astype("float32")
