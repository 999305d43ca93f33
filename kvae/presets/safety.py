"""Whether a model's description and weights, which may come from anyone, are harmless to load.

A description is checked before anything in it is imported or built: it may name Keras' plain layers and kvae's own classes,
nothing else, and every size in it is bounded. Then the model is built without memory for its weights, which tells how many
there are. Weights are checked before they are read: plain arrays, within their file.
"""

import copy
import math
import os
from collections.abc import Iterator
from typing import Any

import keras

from kvae.errors import UserError, first_line

LAYERS = """
    Activation Add AveragePooling2D BatchNormalization Concatenate Conv2D Conv2DTranspose Cropping2D Dense Dropout Flatten
    GlobalAveragePooling2D GroupNormalization InputLayer LayerNormalization LeakyReLU MaxPooling2D Normalization
    RandomContrast RandomFlip RandomTranslation ReLU Rescaling Reshape SpatialDropout2D UpSampling2D ZeroPadding2D
"""
INITIALIZERS = """
    Constant GlorotNormal GlorotUniform HeNormal HeUniform Ones RandomNormal RandomUniform TruncatedNormal VarianceScaling
    Zeros
"""
NAMES = {
    "keras.layers": frozenset(LAYERS.split()),
    "keras.initializers": frozenset(INITIALIZERS.split()),
    "keras": frozenset({"DTypePolicy"}),
    "keras.src.models.functional": frozenset({"Functional"}),
    "keras.src.ops.numpy": frozenset({"Flip"}),
}
"""What a description may name beside kvae's classes, {module: classes}: what computes, and nothing else."""

UNBOUNDED = frozenset({"shared_object_id", "seed"})
"""Keys of numbers that are no sizes."""

LARGEST = 2**20
"""Of the other numbers."""

DEEPEST, MOST = 60, 200_000
"""How deep a description may be nested, and how many entries it may have."""

PARAMETERS = 200_000_000
"""Of a model: 800 MB in memory."""

BYTES = 2**30
"""Of a file of weights."""


def check_config(config: Any, name: str) -> None:
    """Raises `UserError` unless the JSON value `config`, read from `name`, describes a model of known classes and sizes."""
    for number, (key, value, depth) in enumerate(_entries(config)):
        if depth > DEEPEST or number > MOST:
            raise _refused(name, "one that is nested too deeply or too long")
        if isinstance(value, dict):
            _check_names(value, name)
        elif key not in UNBOUNDED and not _is_bounded(value):
            raise _refused(name, f"{key}={value}")
    if not (isinstance(config, dict) and _is_ours(config)):
        raise _refused(name, "none of a model of kvae")


def _entries(config) -> Iterator[tuple[str, Any, int]]:
    """(key, value, depth) of everything in a JSON value; without recursion, which a deep one would exhaust."""
    waiting = [("", config, 0)]
    while waiting:
        key, value, depth = waiting.pop()
        yield key, value, depth
        if isinstance(value, dict):
            waiting += [(k, v, depth + 1) for k, v in value.items()]
        elif isinstance(value, list):
            waiting += [(key, v, depth + 1) for v in value]


def _is_bounded(value) -> bool:
    return not isinstance(value, int | float) or (math.isfinite(value) and abs(value) <= LARGEST)


def _check_names(entry: dict, name: str) -> None:
    """What Keras would look up: a class by its module or by what it is registered as, and no function by its name."""
    if not {"class_name", "module", "registered_name"} & set(entry):
        return
    found, module, registered = (entry.get(key) for key in ("class_name", "module", "registered_name"))
    if found == "__keras_tensor__" and not {"module", "registered_name"} & set(entry):
        return
    plain = isinstance(module, str) and registered in (None, found) and found in list(NAMES.get(module, ()))
    if not (plain or _is_ours(entry)):
        names = ", ".join(
            f"{key}={entry[key]!r}" for key in ("module", "class_name", "registered_name") if key in entry
        )
        raise _refused(name, f"one that names {names[:200]}")


def _is_ours(entry: dict) -> bool:
    registered = entry.get("registered_name")
    known = keras.saving.get_custom_objects().get(registered) if isinstance(registered, str) else None
    return (
        known is not None
        and registered == f"kvae>{entry.get('class_name')}"
        and known.__module__.partition(".")[0] == "kvae"
        # Keras finds the class by its registered name. The module is not imported, and earlier versions had other modules.
        and str(entry.get("module")).partition(".")[0] == "kvae"
    )


def check_size(config: dict, name: str) -> int:
    """How many parameters the model of a checked `config` has, told without memory for them. Raises `UserError` for more
    than `PARAMETERS`, and where the parts do not fit each other."""
    try:
        with keras.StatelessScope(initialize_variables=False):
            model = keras.saving.deserialize_keras_object(copy.deepcopy(config))  # which Keras takes apart
            count = sum(math.prod(weight.shape) for weight in model.weights)
    except UserError:
        raise
    except Exception as error:  # whatever Keras raises for parts that do not fit
        raise _refused(name, f"one that cannot be built ({first_line(error)})") from error
    if count > PARAMETERS:
        raise _refused(name, f"one of {count:,} parameters")
    return count


def check_weights(path: str | os.PathLike, name: str) -> None:
    """Raises `UserError` unless the HDF5 file `path`, called `name`, holds plain arrays and nothing that leads out of it."""
    import h5py

    if os.path.getsize(path) > BYTES:
        raise UserError(f"Expected at most {BYTES:,} bytes of weights. Received: {name}.")
    try:
        with h5py.File(path, "r") as file:
            total = sum(_size_of(dataset, name) for dataset in _datasets(file, name))
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"Expected a whole file of weights. Received: {name} ({first_line(error)}).") from error
    if total > 4 * PARAMETERS:
        raise UserError(f"Expected at most {PARAMETERS:,} parameters. Received: {name} with arrays of {total:,} bytes.")


def _datasets(file, name: str) -> Iterator:
    import h5py

    waiting, seen = [file], set()
    while waiting:
        group = waiting.pop()
        for key in group:
            if not isinstance(group.get(key, getlink=True), h5py.HardLink):
                raise UserError(f"Expected weights within their file. Received: {name}, where {key!r} leads elsewhere.")
            each = group[key]
            address = h5py.h5o.get_info(each.id).addr
            if address in seen:
                raise UserError(f"Expected each array once. Received: {name}, where {key!r} is another's.")
            seen.add(address)
            if isinstance(each, h5py.Group):
                waiting.append(each)
            elif isinstance(each, h5py.Dataset):
                yield each
            else:
                raise UserError(f"Expected arrays. Received: {name}, where {key!r} is none.")


def _size_of(dataset, name: str) -> int:
    if dataset.external or dataset.is_virtual:
        raise UserError(f"Expected weights within their file. Received: {name}, where {dataset.name} leads elsewhere.")
    if dataset.dtype.kind not in "fiub" or dataset.shape is None:
        raise UserError(f"Expected arrays of numbers. Received: {name}, where {dataset.name} is of {dataset.dtype}.")
    return math.prod(dataset.shape) * dataset.dtype.itemsize


def _refused(name: str, what: str) -> UserError:
    return UserError(f"Expected the description of a model of kvae. Received: {name}, {what}.")
