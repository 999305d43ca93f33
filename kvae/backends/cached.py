"""A cache that belongs to one object."""

from collections.abc import Callable, Hashable
from typing import Any


def cached(owner: Any, key: Hashable, make: Callable[[], Any]) -> Any:
    """Return the value cached on `owner` under `key`, calling `make()` the first time. Used for compiled functions."""
    values = owner.__dict__.setdefault("_cached", {})  # not an attribute of the layer: Keras would track its contents
    if key not in values:
        values[key] = make()
    return values[key]
