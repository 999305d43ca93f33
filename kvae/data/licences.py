"""The terms under which each data set may be used. The card of a preset repeats them."""

from kvae.data.source import UNKNOWN, Licence
from kvae.data.sources import SOURCES

OWN = Licence("unknown: the user's own images")
"""The licence of images in a user's folder."""


def licence(name: str) -> Licence:
    """Return the terms of the data set called `name`, as in `load` or `Dataset.name`. They may be unknown."""
    kind, colon, rest = name.partition(":")
    if kind in ("folder", "paired", "unpaired") and colon:
        return OWN
    if kind == "tfds" and colon:
        names = {source.tfds: own_name for own_name, source in SOURCES.items() if source.tfds}
        name = names.get(rest.partition("/")[0].partition(":")[0], "")
    return SOURCES[name].licence if name in SOURCES else Licence(UNKNOWN)
