"""Completion of arguments in the shell, which `kvae --install-completion` installs.

Typer offers those names that begin as the word does. If there are none, the shell completes the names of files.
"""

from pathlib import Path

from kvae import data, weights, zoo


def recipes() -> list[str]:
    """Return the names of the recipes."""
    return list(zoo.names())


def data_sets() -> list[str]:
    """Return the names of the data sets."""
    return list(data.names())


def runs() -> list[str]:
    """Return the runs in the folder `runs`, where `kvae train` puts them by default."""
    found = (path.parent.as_posix() for depth in ("*", "*/*") for path in Path("runs").glob(f"{depth}/config.json"))
    return sorted(found)


def models() -> list[str]:
    """Return the names of the bundled presets, and the runs."""
    return [*weights.names(), *runs()]
