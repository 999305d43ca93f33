"""Conversion of bytes to floats, for arrays and for tensors."""

import keras
import numpy as np
from keras import ops


def as_floats(x: np.ndarray, scale: float = 255.0) -> np.ndarray:
    """Return an array of bytes divided by `scale`, in float32. Return an array of floats unchanged."""
    if x.dtype != np.uint8:
        return x
    x = x.astype("float32")
    if scale != 1:
        x *= np.float32(1 / scale)
    return x


def tensor_as_floats(x):
    """Return a tensor of bytes divided by 255, in float32. Return a tensor of floats unchanged."""
    return ops.cast(x, "float32") * (1 / 255) if keras.backend.standardize_dtype(x.dtype) == "uint8" else x
