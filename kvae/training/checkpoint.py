"""Everything that a run needs to go on exactly: one file, whole or absent.

A checkpoint holds every variable of the model (weights, batch statistics, β and its like, the states of all random
seeds), every variable of its optimizers (moments, learning rates, iteration counts) and a JSON text of the caller's.
It is a NumPy archive without pickled objects.
"""

import json
import os
import zipfile

import keras
import numpy as np

from kvae.errors import UserError
from kvae.files import atomic


def save(path: str | os.PathLike, model: keras.Model, progress: dict) -> None:
    """Writes the state of `model` and `progress` (JSON-able) to `path`, atomically."""
    arrays = {name: _to_numpy(variable) for name, variable in _state(model).items()}
    with atomic(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, progress=np.array(json.dumps(progress)), **arrays)


def restore(path: str | os.PathLike, model: keras.Model) -> dict:
    """Puts the state in `path` into `model`, which must be the same model compiled the same way; returns `progress`.

    Raises `UserError` when the file is damaged or holds another model; the model is then unchanged.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        progress = json.loads(str(arrays.pop("progress")))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise UserError(f"Expected a whole checkpoint. Received: {path} ({error}). Train the run anew.") from error
    state = _state(model)
    shapes = {name: tuple(variable.shape) for name, variable in state.items()}
    stored = {name: array.shape for name, array in arrays.items()}
    if shapes != stored:
        differing = sorted(set(shapes.items()) ^ set(stored.items()))
        raise UserError(
            f"Expected a checkpoint of the model as it is set up now. Received: {path}, which differs in "
            f"{len(differing)} arrays, such as {differing[0]}. Resume with the parameters of the first run."
        )
    for name, variable in state.items():
        variable.assign(arrays[name].astype(str(variable.dtype)) if _is_bfloat16(variable) else arrays[name])
    return progress


def _state(model) -> dict[str, keras.Variable]:
    """Every variable under its position: names of layers depend on what else a process has built."""
    optimizer = model.optimizer.variables if model.optimizer is not None else []
    groups = {"model": model.variables, "optimizer": optimizer}
    return {f"{group}/{i:04d}": variable for group, variables in groups.items() for i, variable in enumerate(variables)}


def _is_bfloat16(variable) -> bool:
    return str(variable.dtype) == "bfloat16"


def _to_numpy(variable) -> np.ndarray:
    """NumPy's own format knows no bfloat16; float32 holds every bfloat16 exactly."""
    array = keras.ops.convert_to_numpy(variable)
    return array.astype("float32") if _is_bfloat16(variable) else array
