"""Bounds on the memory that a model takes, checked before any memory is allocated for it."""

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import keras

from kvae.errors import UserError, first_line

MAX_PARAMETERS = 200_000_000
"""Largest number of parameters of a model: 800 MB in memory."""

MAX_VALUES, MAX_TOTAL = 2**24, 2**27
"""Largest number of values of one tensor, and of all tensors, that the networks of a model compute for one example."""


def check_size(config: dict, name: str) -> int:
    """Return the number of parameters of the model of a checked `config`, without allocating memory for them.

    The model is built in a thread of its own, because Keras keeps its global state by thread: names, and the variables that
    wait for their values. Nothing of it remains when the thread has ended.

    Raises:
        UserError: the model or the tensors that it computes are too large, or the model cannot be built.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_check_size, config, name).result()


def _check_size(config: dict, name: str) -> int:
    try:
        with keras.StatelessScope(initialize_variables=False):
            model = keras.saving.deserialize_keras_object(_without_normalization(config))
            count = sum(math.prod(weight.shape) for weight in model.weights)
            sizes = list(_sizes(model))
    except UserError:
        raise
    except Exception as error:  # Keras raises many kinds for parts that do not fit each other
        raise refused(name, f"which cannot be built ({first_line(error)})") from error
    if count > MAX_PARAMETERS:
        raise refused(name, f"which has {count:,} parameters")
    if max(sizes, default=0) > MAX_VALUES or sum(sizes) > MAX_TOTAL:
        raise refused(
            name, f"whose networks compute {sum(sizes):,} values for one example, up to {max(sizes):,} in one tensor"
        )
    return count


def refused(name: str, what: str) -> UserError:
    """Return the error about a configuration in the file `name`."""
    return UserError(f"Expected the configuration of a model of kvae. Received: {name}, {what}.")


def _without_normalization(value):
    """Return a copy of a configuration with Identity for Normalization, the one layer that allocates memory when built."""
    if isinstance(value, list):
        return [_without_normalization(each) for each in value]
    if not isinstance(value, dict):
        return value
    entry = {key: _without_normalization(each) for key, each in value.items()}
    if (entry.get("module"), entry.get("class_name")) == ("keras.layers", "Normalization"):
        kept = {key: entry["config"][key] for key in ("name", "dtype") if key in entry["config"]}
        entry |= {"class_name": "Identity", "registered_name": None, "config": kept, "build_config": None}
    return entry


def _sizes(model: keras.Model) -> Iterator[int]:
    """Yield the number of values, for one example, of each tensor that the networks of `model` compute."""
    operations = {}
    for layer in model._flatten_layers():
        inner = layer.operations if isinstance(layer, keras.Function) else ()
        operations |= {id(each): each for each in (layer, *inner)}
    for operation in operations.values():
        for node in operation._inbound_nodes:
            yield from (math.prod(length or 1 for length in tensor.shape) for tensor in node.output_tensors)
