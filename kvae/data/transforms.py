"""What happens to a batch on its way to a model: functions (x, rng) -> x."""

import numpy as np


def binarize(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Grey values in [0, 1] become 1 with that probability, else 0 (Salakhutdinov and Murray 2008); 0 and 1 stay."""
    return (rng.random(x.shape, "float32") < x).astype("float32")
