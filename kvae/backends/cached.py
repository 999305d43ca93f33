"""A cache that belongs to one object."""

from collections.abc import Callable, Hashable
from typing import Any


def cached(owner: Any, key: Hashable, make: Callable[[], Any]) -> Any:
    """Return the value cached on `owner` under `key`. The first call makes it with `make()`.

    Compiled functions are cached in this way.
    """
    values = owner.__dict__.setdefault("_cached", {})  # not by `setattr`: Keras would track the contents
    if key not in values:
        values[key] = make()
    return values[key]
