"""Checkpoints, from which a run resumes exactly.

A checkpoint is one file, a NumPy archive without pickled objects. It is written atomically, so that it is whole or absent.
It holds

* every variable of the model: weights, batch statistics, β and other scalars, the states of seed generators;
* every variable of its optimizers: moments, learning rates, iteration counts;
* the progress of the run, a JSON text that the caller passes.
"""

import contextlib
import json
import math
import os
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np

from kvae.errors import UserError, first_line
from kvae.files import MAX_JSON, atomic, open_member


def save(path: str | os.PathLike, model: keras.Model, progress: dict[str, Any]) -> None:
    """Write the state of `model` and `progress`, which must be serialisable as JSON, to `path` atomically."""
    _write(path, _state(model), progress)


def save_weights(path: str | os.PathLike, model: keras.Model, progress: dict[str, Any]) -> None:
    """Write the state of `model` for `restore_weights`, without that of its optimizers, and `progress`, as `save` does."""
    _write(path, _named("model", model.variables), progress)


def restore(path: str | os.PathLike, model: keras.Model) -> dict[str, Any]:
    """Assign the state in `path` to `model`, which must be the same model compiled the same way; return `progress`.

    Raises `UserError` if the file is damaged or holds the state of another model. `model` is then unchanged.
    """
    progress = read_progress(path)
    _assign(path, _state(model), "model/", "optimizer/")
    return progress


def restore_weights(path: str | os.PathLike, model: keras.Model) -> None:
    """Assign the state of the model in `path` to `model`, which need not be compiled. No state of optimizers is read.

    Raises `UserError` as `restore` does.
    """
    _assign(path, _named("model", model.variables), "model/")


def read_progress(path: str | os.PathLike) -> Any:
    """Return the progress that was saved in `path`. Raise `UserError` if the file is damaged."""
    with _opened(path) as archive:
        shape, dtype = _header(archive, "progress")
        if shape or dtype.kind != "U" or dtype.itemsize > 4 * MAX_JSON:  # 4 bytes for each character
            raise ValueError(f"its progress is not a text of at most {MAX_JSON:,} characters")
        return json.loads(str(_read(archive, "progress")))


def _write(path: str | os.PathLike, variables: dict[str, keras.Variable], progress: dict[str, Any]) -> None:
    arrays: dict[str, Any] = {name: _to_numpy(variable) for name, variable in variables.items()}
    with atomic(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, progress=np.array(json.dumps(progress)), **arrays)


def _assign(path: str | os.PathLike, variables: dict[str, keras.Variable], *groups: str) -> None:
    """Assign the arrays in `path` whose names begin with one of `groups`. They must have the shapes of `variables`."""
    shapes = {name: tuple(variable.shape) for name, variable in variables.items()}
    with _opened(path) as archive:
        names = [member.removesuffix(".npy") for member in archive.namelist() if member.startswith(groups)]
        headers = {name: _header(archive, name) for name in names}
        stored = {name: shape for name, (shape, dtype) in headers.items() if dtype.kind in "biuf"}
        if shapes != stored:
            differing = sorted(set(shapes.items()) ^ set(stored.items()))
            raise UserError(
                f"Expected a checkpoint of the model with its present arguments. Received: {path}, which differs in "
                f"{len(differing)} arrays, such as {differing[0]}. Resume with the parameters of the first run."
            )
        arrays = {name: _read(archive, name) for name in variables}
    for name, variable in variables.items():
        variable.assign(arrays[name].astype(str(variable.dtype)))


@contextlib.contextmanager
def _opened(path: str | os.PathLike) -> Iterator[zipfile.ZipFile]:
    """Yield the archive at `path`. Raise `UserError` if it is damaged, which leads to errors of many types."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except UserError:
        raise
    except Exception as error:
        raise UserError(
            f"Expected a whole checkpoint. Received: {path} ({first_line(error)}). Train the run again."
        ) from error


def _header(archive: zipfile.ZipFile, name: str) -> tuple[tuple[int, ...], np.dtype]:
    """Return the shape and the type of an array."""
    with _member(archive, name) as file:
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    return shape, dtype


def _read(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """Return an array, after its header has been checked. No more is unpacked than the header says."""
    with _member(archive, name) as file:
        shape, fortran_order, dtype = np.lib.format.read_array_header_1_0(file)
        values = np.frombuffer(file.read(math.prod(shape) * dtype.itemsize), dtype)
    return values.reshape(shape, order="F" if fortran_order else "C")


@contextlib.contextmanager
def _member(archive: zipfile.ZipFile, name: str) -> Iterator:
    """Yield the file of an array, open after its magic bytes."""
    with open_member(archive, archive.getinfo(f"{name}.npy")) as file:
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError(f"{name} has another version of NumPy's format")
        yield file


def _state(model: keras.Model) -> dict[str, keras.Variable]:
    """Return every variable by its position.

    Names cannot be used, because the names of layers depend on the layers that a process has built before.
    """
    optimizer = model.optimizer.variables if model.optimizer is not None else []
    return _named("model", model.variables) | _named("optimizer", optimizer)


def _named(group: str, variables: Sequence[keras.Variable]) -> dict[str, keras.Variable]:
    return {f"{group}/{i:04d}": variable for i, variable in enumerate(variables)}


def _is_bfloat16(variable: keras.Variable) -> bool:
    return str(variable.dtype) == "bfloat16"


def _to_numpy(variable: keras.Variable) -> np.ndarray:
    """Return the value of a variable, in float32 if it is bfloat16.

    NumPy files have no bfloat16, and float32 represents every bfloat16 exactly.
    """
    array = keras.ops.convert_to_numpy(variable)
    return array.astype("float32") if _is_bfloat16(variable) else array
