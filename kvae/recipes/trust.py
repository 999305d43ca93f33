"""The recipe files that the user has named on this account.

A recipe file is Python code. It runs if the user names it. A run or a search, which may come from anyone, names one,
too. That one runs only if the user has named the same file, with the same contents, before. The record is `kvae/recipes` in
XDG_STATE_HOME (default `~/.local/state`), one line for each file: its SHA-256 and its path.
"""

import hashlib
import logging
import os
from pathlib import Path

_named: set[str] = set()
"""The lines of files that the user has named in this process. An account may be unable to keep a record."""

logger = logging.getLogger(__name__)


def is_recipe_file(name: str) -> bool:
    """Return True if the recipe `name` is a file of a user, and not one of the bundled recipes."""
    return name.endswith(".py")


def remember(file: Path, code: bytes) -> None:
    """Record that the user has named the recipe `file`, which holds `code`."""
    if is_known(file, code):
        return
    line = _line(file, code)
    _named.add(line)
    try:
        record = _record()
        record.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(record, "a", encoding="utf-8") as lines:
            lines.write(f"{line}\n")
    except (OSError, RuntimeError) as error:  # RuntimeError: the account has no home
        logger.warning(
            "%s is trusted in this process only, because it cannot be recorded (%s). Set XDG_STATE_HOME.", file, error
        )


def is_known(file: Path, code: bytes) -> bool:
    """Return True if the user has named the recipe `file` before, with the contents `code`."""
    line = _line(file, code)
    try:
        return line in _named or line in _record().read_text(encoding="utf-8").splitlines()
    except (OSError, RuntimeError, ValueError):  # no record, no home, or no text
        return False


def _line(file: Path, code: bytes) -> str:
    return f"{hashlib.sha256(code).hexdigest()}  {str(file.resolve())!r}"


def _record() -> Path:
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "kvae" / "recipes"
