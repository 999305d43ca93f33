"""Names that users choose from, and the known names nearest to a misspelt one."""

import difflib
from collections.abc import Iterable, Sequence

from kvae.errors import UserError

_CUTOFF = 0.5
"""Similarity of two names, from 0 to 1, below which one is not suggested for the other."""


def nearest(name: str, known: Iterable[str], n: int = 3) -> list[str]:
    """Return the names in `known` that are most similar to `name`, at most `n` of them, the most similar first.

    No name is similar to a number.
    """
    return [] if name.isdecimal() else difflib.get_close_matches(name, list(known), n, _CUTOFF)


def hint(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean a or b?" with the names in `known` nearest to `name`, or "" if none is near."""
    near = nearest(name, known)
    return f" Did you mean {' or '.join(near)}?" if near else ""


def require(option: str, name: str, known: Sequence[str]) -> None:
    """Raise `UserError` unless `name` is in `known`. The message suggests the nearest names, or all if none is near."""
    if name not in known:
        repair = hint(name, known) or f" Choose one of {', '.join(known)}."
        raise UserError(f"Expected a known name. Received: {option}={name!r}.{repair}")


def positions(option: str, chosen: Iterable[str] | str, known: Sequence[str]) -> list[int]:
    """Return the position in `known` of each name in `chosen`, in the order of `chosen`.

    Raises:
        UserError: `chosen` is empty, repeats a name or holds an unknown one.
    """
    chosen = [chosen] if isinstance(chosen, str) else list(chosen)
    if not chosen or len(set(chosen)) < len(chosen):
        raise UserError(f"Expected one or more different names. Received: {option}={tuple(chosen)}.")
    for name in chosen:
        require(option, name, known)
    return [known.index(name) for name in chosen]
