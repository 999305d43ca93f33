"""The recipe files that the user has named on this account.

A recipe file is Python code. It runs if the user names it. A run or a search, which may come from anyone, names one,
too. That one runs only if the user has named the same file, with the same contents, before. The record is `kvae/recipes` in
XDG_STATE_HOME (default `~/.local/state`), one line for each file: its SHA-256 and its path.
"""

import contextlib
import hashlib
import os
from pathlib import Path


def remember(file: Path) -> None:
    """Record that the user has named the recipe `file`. Accounts that cannot keep a record have none."""
    with contextlib.suppress(OSError, RuntimeError):
        line, record = _line(file), _record()
        if not is_known(file):
            record.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(record, "a", encoding="utf-8") as lines:
                lines.write(f"{line}\n")


def is_known(file: Path) -> bool:
    """Return True if the user has named this recipe file with its present contents before."""
    try:
        return _line(file) in _record().read_text(encoding="utf-8").splitlines()
    except (OSError, RuntimeError, ValueError):  # no such file, no home, or no text
        return False


def _line(file: Path) -> str:
    path = file.resolve()
    return f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {str(path)!r}"


def _record() -> Path:
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "kvae" / "recipes"
