"""Transforms of a batch before it reaches a model: functions (x, rng) -> x."""

import numpy as np


def binarize(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Replace each grey value in [0, 1] by 1 with that probability, else by 0 (Salakhutdinov and Murray 2008)."""
    return (rng.random(x.shape, "float32") < x).astype("float32")
