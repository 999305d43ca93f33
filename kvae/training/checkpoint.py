"""Checkpoints, from which a run resumes exactly.

A checkpoint is one file, a NumPy archive without pickled objects. It is written atomically, so that it is whole or absent.
It holds

* every variable of the model: weights, batch statistics, β and other scalars, the states of seed generators;
* every variable of its optimizers: moments, learning rates, iteration counts;
* the progress of the run, a JSON text that the caller passes.
"""

import json
import math
import os
import zipfile
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from kvae.errors import UserError, first_line
from kvae.files import atomic


def save(path: str | os.PathLike, model: keras.Model, progress: dict[str, Any]) -> None:
    """Write the state of `model` and `progress`, which must be serialisable as JSON, to `path` atomically."""
    arrays = {name: _to_numpy(variable) for name, variable in _state(model).items()}
    with atomic(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, progress=np.array(json.dumps(progress)), **arrays)


def restore(path: str | os.PathLike, model: keras.Model) -> dict[str, Any]:
    """Assign the state in `path` to `model`, which must be the same model compiled the same way; return `progress`.

    Raises `UserError` if the file is damaged or holds the state of another model. `model` is then unchanged.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        progress = json.loads(str(arrays.pop("progress")))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise UserError(f"Expected a whole checkpoint. Received: {path} ({error}). Train the run again.") from error
    state = _state(model)
    shapes = {name: tuple(variable.shape) for name, variable in state.items()}
    stored = {name: array.shape for name, array in arrays.items()}
    if shapes != stored:
        differing = sorted(set(shapes.items()) ^ set(stored.items()))
        raise UserError(
            f"Expected a checkpoint of the model with its present arguments. Received: {path}, which differs in "
            f"{len(differing)} arrays, such as {differing[0]}. Resume with the parameters of the first run."
        )
    for name, variable in state.items():
        _assign(variable, arrays[name])
    return progress


def restore_weights(path: str | os.PathLike, model: keras.Model) -> None:
    """Assign the variables in `path` to `model`, which need not be compiled. The optimizers' variables are not read.

    The file may come from anyone: of each array no more is read than the model has.

    Raises:
        UserError: the file is damaged or holds the state of another model.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            for name, variable in _named("model", model.variables).items():
                with archive.open(_stored(archive, f"{name}.npy")) as file:
                    _assign(variable, _read(file, tuple(variable.shape)))
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile) as error:
        raise UserError(
            f"Expected a whole checkpoint of the model. Received: {path} ({first_line(error)}). Train the run again."
        ) from error


def _stored(archive: zipfile.ZipFile, member: str) -> zipfile.ZipInfo:
    entry = archive.getinfo(member)
    if entry.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{member} is compressed")
    return entry


def _read(file, shape: tuple[int, ...]) -> np.ndarray:
    """Return the array in an open .npy file, which must have this shape."""
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("another version of NumPy's format")
    found, fortran_order, dtype = np.lib.format.read_array_header_1_0(file)
    if found != shape or dtype.kind not in "fiub":
        raise ValueError(f"an array {found} of {dtype}, where the model has {shape}")
    return np.frombuffer(file.read(math.prod(shape) * dtype.itemsize), dtype).reshape(
        shape, order="F" if fortran_order else "C"
    )


def _state(model: keras.Model) -> dict[str, keras.Variable]:
    """Return every variable by its position.

    Names cannot be used, because the names of layers depend on the layers that a process has built before.
    """
    optimizer = model.optimizer.variables if model.optimizer is not None else []
    return _named("model", model.variables) | _named("optimizer", optimizer)


def _named(group: str, variables: Sequence[keras.Variable]) -> dict[str, keras.Variable]:
    return {f"{group}/{i:04d}": variable for i, variable in enumerate(variables)}


def _assign(variable: keras.Variable, array: np.ndarray) -> None:
    variable.assign(array.astype(str(variable.dtype)) if _is_bfloat16(variable) else array)


def _is_bfloat16(variable: keras.Variable) -> bool:
    return str(variable.dtype) == "bfloat16"


def _to_numpy(variable: keras.Variable) -> np.ndarray:
    """Return the value of a variable, in float32 if it is bfloat16.

    NumPy files have no bfloat16, and float32 represents every bfloat16 exactly.
    """
    array = keras.ops.convert_to_numpy(variable)
    return array.astype("float32") if _is_bfloat16(variable) else array
