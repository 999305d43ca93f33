"""Checks that the configuration of a model is harmless to build. It may come from anyone.

It is checked before anything in it is imported or built. It may name only simple layers of Keras and classes of kvae, and
every number in it is bounded.
"""

import math
from collections.abc import Container, Iterator, Mapping
from typing import Any

import keras

from kvae.loading.allowed import names
from kvae.loading.size import refused

UNBOUNDED = frozenset({"shared_object_id", "seed"})
"""Keys whose numbers are not sizes, and may have any value."""

MAX_NUMBER = 2**20
"""Largest absolute value of any other number in a configuration."""

WINDOWS, MAX_WINDOW = frozenset({"dilation_rate", "kernel_size", "pool_size"}), 2**10
"""Keys of sizes by which some backends pad the inputs of a layer, and the largest such size."""

MAX_DEPTH, MAX_ENTRIES = 60, 200_000
"""Largest nesting depth and largest number of entries of a configuration."""


def check_config(config: Any, name: str, own_classes: bool = False) -> None:
    """Raise `UserError` unless the JSON value `config` describes a model with known classes and bounded sizes.

    Args:
        config: the configuration.
        name: what errors call the file that it was read from.
        own_classes: True for a run of a recipe file that the user trusts. Classes that this process has registered, and
            layers of Keras that do not run code of the configuration, are then known, too.
    """
    known = names(own_classes)
    for number, (key, value, depth) in enumerate(_entries(config)):
        if depth > MAX_DEPTH or number > MAX_ENTRIES:
            raise refused(name, "which is nested too deeply or too long")
        if isinstance(value, dict):
            if not (_is_of_keras(value, known) or _is_ours(value) or (own_classes and _is_registered(value))):
                raise refused(name, f"which names {_names_in(value)}")
        elif key not in UNBOUNDED and not _is_bounded(key, value):
            raise refused(name, f"which contains {key}={value}")
    if not (isinstance(config, dict) and (_is_ours(config) or (own_classes and _is_registered(config)))):
        raise refused(name, "which does not describe a model of kvae")


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


def _is_bounded(key: str, value) -> bool:
    most = MAX_WINDOW if key in WINDOWS else MAX_NUMBER
    return not isinstance(value, int | float) or (math.isfinite(value) and abs(value) <= most)


def _names_in(entry: dict) -> str:
    """Return the names in an entry that Keras would look up."""
    named = ", ".join(f"{key}={entry[key]!r}" for key in ("module", "class_name", "registered_name") if key in entry)
    return named[:200]


def _is_of_keras(entry: dict, known: Mapping[str, Container[str]]) -> bool:
    """Return True for an entry that names nothing, or a class of Keras among `known`."""
    found, module, registered = (entry.get(key) for key in ("class_name", "module", "registered_name"))
    if not {"module", "registered_name"} & set(entry):
        return "class_name" not in entry or found == "__keras_tensor__"
    if not (isinstance(module, str) and isinstance(found, str)):
        return False
    return registered in (None, found) and found in known.get(module, ())


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


def _is_registered(entry: dict) -> bool:
    """Return True for a class or a function that the user's program has registered with Keras."""
    known = keras.saving.get_custom_objects()
    if entry.get("class_name") == "function":
        return isinstance(entry.get("config"), str) and entry["config"] in known
    registered = entry.get("registered_name")
    return isinstance(registered, str) and registered in known
