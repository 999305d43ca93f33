"""Names that users choose from, with the nearest ones when a name is unknown."""

import difflib
from collections.abc import Iterable, Sequence

from kvae.errors import UserError


def positions(option: str, chosen: Iterable[str] | str, known: Sequence[str]) -> list[int]:
    """The position in `known` of each name in `chosen`, in the order chosen."""
    chosen = [chosen] if isinstance(chosen, str) else list(chosen)
    if not chosen or len(set(chosen)) < len(chosen):
        raise UserError(f"Expected one or more different names. Received: {option}={tuple(chosen)}.")
    for name in chosen:
        require(option, name, known)
    return [known.index(name) for name in chosen]


def require(option: str, name: str, known: Sequence[str]) -> None:
    """Raises `UserError` with the nearest known names, or with all when none is near."""
    if name not in known:
        near = difflib.get_close_matches(str(name), known, n=3) or known
        raise UserError(f"Expected a known name. Received: {option}={name!r}. Choose for example {', '.join(near)}.")
