"""Checks that the configuration and the weights of a model are harmless to load. They may come from anyone.

The configuration is checked before anything in it is imported or built. It may name only simple layers of Keras and
classes of kvae, and every size in it is bounded. Then the model is built without memory for its weights, to count its
parameters. The weights are checked before they are read: they must be plain arrays within their file.
"""

import copy
import math
import os
from collections.abc import Iterator
from typing import Any

import keras

from kvae.errors import UserError, first_line

LAYERS = """
    Activation Add AveragePooling2D BatchNormalization Concatenate Conv2D Conv2DTranspose Cropping2D Dense Dropout
    Flatten GlobalAveragePooling2D GroupNormalization InputLayer LayerNormalization LeakyReLU MaxPooling2D Normalization
    RandomContrast RandomFlip RandomTranslation ReLU Rescaling Reshape SpatialDropout2D UpSampling2D ZeroPadding2D
"""
INITIALIZERS = """
    Constant GlorotNormal GlorotUniform HeNormal HeUniform Ones RandomNormal RandomUniform TruncatedNormal
    VarianceScaling Zeros
"""
NAMES = {
    "keras.layers": frozenset(LAYERS.split()),
    "keras.initializers": frozenset(INITIALIZERS.split()),
    "keras": frozenset({"DTypePolicy"}),
    "keras.src.models.functional": frozenset({"Functional"}),
    "keras.src.ops.numpy": frozenset({"Flip"}),
}
"""Classes that a configuration may name in addition to those of kvae: {module: classes}. They compute, and nothing else."""

UNBOUNDED = frozenset({"shared_object_id", "seed"})
"""Keys whose numbers are not sizes, and may have any value."""

MAX_NUMBER = 2**20
"""Largest absolute value of any other number in a configuration."""

MAX_DEPTH, MAX_ENTRIES = 60, 200_000
"""Largest nesting depth and largest number of entries of a configuration."""

MAX_PARAMETERS = 200_000_000
"""Largest number of parameters of a model: 800 MB in memory."""

MAX_BYTES = 2**30
"""Largest size of a file of weights, and of a configuration in a .keras file."""


def check_config(config: Any, name: str) -> None:
    """Raise `UserError` unless the JSON value `config` describes a model with known classes and bounded sizes.

    `name` is what errors call the file that it was read from.
    """
    for number, (key, value, depth) in enumerate(_entries(config)):
        if depth > MAX_DEPTH or number > MAX_ENTRIES:
            raise _refused(name, "which is nested too deeply or too long")
        if isinstance(value, dict):
            _check_names(value, name)
        elif key not in UNBOUNDED and not _is_bounded(value):
            raise _refused(name, f"which contains {key}={value}")
    if not (isinstance(config, dict) and _is_ours(config)):
        raise _refused(name, "which does not describe a model of kvae")


def _entries(config) -> Iterator[tuple[str, Any, int]]:
    """Yield (key, value, depth) of every entry of a JSON value, without recursion, since a deep value would exhaust it."""
    waiting = [("", config, 0)]
    while waiting:
        key, value, depth = waiting.pop()
        yield key, value, depth
        if isinstance(value, dict):
            waiting += [(k, v, depth + 1) for k, v in value.items()]
        elif isinstance(value, list):
            waiting += [(key, v, depth + 1) for v in value]


def _is_bounded(value) -> bool:
    return not isinstance(value, int | float) or (math.isfinite(value) and abs(value) <= MAX_NUMBER)


def _check_names(entry: dict, name: str) -> None:
    """Refuse everything that Keras would look up, except the classes in `NAMES` and those that kvae has registered."""
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
        raise _refused(name, f"which names {names[:200]}")


def _is_ours(entry: dict) -> bool:
    registered = entry.get("registered_name")
    known = keras.saving.get_custom_objects().get(registered) if isinstance(registered, str) else None
    return (
        known is not None
        and registered == f"kvae>{entry.get('class_name')}"
        and known.__module__.partition(".")[0] == "kvae"
        # Keras finds a registered class by this name and never imports its module. The modules of earlier versions
        # have moved and are accepted. A module of another package is refused all the same.
        and str(entry.get("module")).partition(".")[0] == "kvae"
    )


def check_size(config: dict, name: str) -> int:
    """Return the number of parameters of the model of a checked `config`, without allocating memory for them.

    Raises:
        UserError: there are more than `MAX_PARAMETERS`, or the model cannot be built.
    """
    try:
        with keras.StatelessScope(initialize_variables=False):
            model = keras.saving.deserialize_keras_object(copy.deepcopy(config))  # Keras changes its argument
            count = sum(math.prod(weight.shape) for weight in model.weights)
    except UserError:
        raise
    except Exception as error:  # Keras raises many kinds for parts that do not fit each other
        raise _refused(name, f"which cannot be built ({first_line(error)})") from error
    if count > MAX_PARAMETERS:
        raise _refused(name, f"which has {count:,} parameters")
    return count


def check_weights(path: str | os.PathLike, name: str) -> None:
    """Raise `UserError` unless the HDF5 file `path` holds only plain arrays, all of them within the file.

    `name` is what errors call the file.
    """
    import h5py

    if os.path.getsize(path) > MAX_BYTES:
        raise UserError(f"Expected at most {MAX_BYTES:,} bytes of weights. Received: {name}, which is larger.")
    try:
        with h5py.File(path, "r") as file:
            total = sum(_size_of(dataset, name) for dataset in _datasets(file, name))
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"The weights in {name} are damaged ({first_line(error)}). Get the preset again.") from error
    if total > 4 * MAX_PARAMETERS:  # of 4 bytes each, in float32
        raise UserError(
            f"Expected at most {MAX_PARAMETERS:,} parameters. Received: {name} with arrays of {total:,} bytes."
        )


def _datasets(file, name: str) -> Iterator:
    """Yield every array of an open HDF5 file. Refuse links, and arrays that occur twice."""
    import h5py

    waiting, seen = [file], set()
    while waiting:
        group = waiting.pop()
        for key in group:
            if not isinstance(group.get(key, getlink=True), h5py.HardLink):
                raise UserError(f"Expected weights within their file. Received: {name}, where {key!r} is a link.")
            each = group[key]
            address = h5py.h5o.get_info(each.id).addr
            if address in seen:
                raise UserError(f"Expected each array once. Received: {name}, where {key!r} repeats another.")
            seen.add(address)
            if isinstance(each, h5py.Group):
                waiting.append(each)
            elif isinstance(each, h5py.Dataset):
                yield each
            else:
                raise UserError(f"Expected arrays. Received: {name}, where {key!r} is not one.")


def _size_of(dataset, name: str) -> int:
    if dataset.external or dataset.is_virtual:
        raise UserError(
            f"Expected weights within their file. Received: {name}, where {dataset.name} is stored elsewhere."
        )
    if dataset.dtype.kind not in "fiub" or dataset.shape is None:
        raise UserError(f"Expected arrays of numbers. Received: {name}, where {dataset.name} is of {dataset.dtype}.")
    return math.prod(dataset.shape) * dataset.dtype.itemsize


def _refused(name: str, what: str) -> UserError:
    return UserError(f"Expected the configuration of a model of kvae. Received: {name}, {what}.")
