"""NumPy arrays of the arrays, tensors and tables of any library. No library is imported for this."""

import contextlib
import sys
from typing import Any

import numpy as np

from kvae.errors import UserError

NUMBERS = "buif"
"""Kinds of NumPy types that hold numbers: booleans, unsigned and signed integers, and floats."""


def kinds(value: Any) -> set[tuple[str, str]]:
    """Return the type of `value` and its base classes as pairs (library, name of the class)."""
    return {(base.__module__.partition(".")[0], base.__name__) for base in type(value).__mro__}


def as_array(value: Any, name: str = "x") -> np.ndarray:
    """Return an array, a tensor of any backend, a table or a sequence of numbers as a NumPy array of a common type.

    Common types are those that NumPy and all backends have. Other types become the next larger one, or float32 if another
    library defines them, such as bfloat16. An array of a common type is returned as it is.

    Args:
        value: the array. If it is sparse, the result is dense.
        name: its name in the message.

    Raises:
        UserError: `value` does not hold numbers, or its rows have different lengths.
    """
    received = f"{name} of type {type(value).__name__}"
    try:
        readable = _readable(value)
        if not isinstance(readable, int | float | list | tuple) and not hasattr(readable, "__array__"):
            raise TypeError  # NumPy would read any object with a length, such as a data set, example by example
        array = np.asarray(readable)
    except Exception:  # each library has its own: a symbolic tensor, a deleted tensor, rows of several lengths
        raise _not_numbers(name, received) from None
    if array.dtype.kind == "O" and not any(isinstance(entry, str | bytes) for entry in array.flat):
        with contextlib.suppress(TypeError, ValueError):
            array = array.astype("float64")  # a table with columns of several types
    if array.dtype.kind == "V" and array.dtype.type is not np.void:
        array = array.astype("float32")  # bfloat16 and other types that a library has added to NumPy
    if array.dtype.kind not in NUMBERS:
        raise _not_numbers(name, f"{received} with dtype {array.dtype}")
    array = array.astype(_common(array.dtype), copy=False)
    return np.ascontiguousarray(array) if min(array.strides, default=0) < 0 else array


def _not_numbers(name: str, received: str) -> UserError:
    return UserError(f"Expected {name} to hold numbers. Received: {received}. Pass an array of numbers.")


def _readable(value: Any) -> Any:
    """Return `value` in a form that `numpy.asarray` reads: dense, on the host and without gradients."""
    known = kinds(value)
    if ("torch", "Tensor") in known:
        dense = value.detach().to_dense().cpu()
        in_numpy = ("torch.float16", "torch.float32", "torch.float64")
        return dense.float() if dense.is_floating_point() and str(dense.dtype) not in in_numpy else dense
    if ("tensorflow", "SparseTensor") in known:
        dense = np.zeros(value.shape, value.dtype.as_numpy_dtype)
        dense[tuple(np.asarray(value.indices).T)] = value.values
        return dense
    if ("tensorflow", "RaggedTensor") in known:
        return value.numpy()  # an array of objects unless all rows have the same length
    if any(library == "scipy" for library, _ in known):
        return value.toarray()
    return value.todense() if ("jax", "JAXSparse") in known else value


def _common(dtype: np.dtype) -> np.dtype:
    """Return `dtype` in the byte order of this machine, or the next larger type that all backends have."""
    if dtype.kind == "u" and dtype.itemsize > 1:
        return np.promote_types(dtype, "int8")  # PyTorch has few operations on unsigned integers
    if dtype.kind == "f" and dtype.itemsize > 8:
        return np.dtype("float64")
    return dtype.newbyteorder("=")


def as_torch(array: np.ndarray) -> Any:
    """Return an array as a tensor of PyTorch, for a program that has imported PyTorch."""
    return sys.modules["torch"].as_tensor(array)
