"""Locks: a folder has one writer at a time."""

import contextlib
import os
import platform
import shlex
from collections.abc import Iterator
from pathlib import Path

from kvae.errors import UserError
from kvae.files.leftovers import remove_left

LOCK = ".lock"
"""Name of the lock file of a run, a preset or a search, inside its folder."""


class InUse(UserError):
    """A folder that another process writes."""


@contextlib.contextmanager
def locked(file: str | os.PathLike, seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock `file`, so that one process at a time writes the folder of the file.

    The file holds the number of the process. It is removed at the end. The operating system releases the lock when the
    process dies, and the next process takes over the file. A block within the block of the same thread holds the same lock.

    Raises:
        InUse: another process holds the lock for longer than `seconds`.
    """
    import filelock  # takes a tenth of a second

    file = Path(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(file, is_singleton=True)
    try:
        lock.acquire(timeout=seconds)
    except filelock.Timeout:
        holder = file.read_text(encoding="utf-8", errors="replace").strip() if file.is_file() else ""
        raise InUse(
            f"Expected a folder that no other process writes. Received: {file.parent}, in use by process "
            f"{holder or 'unknown'}. Wait until it ends, or choose another folder."
        ) from None
    outermost = lock.lock_counter == 1
    try:
        if outermost:
            file.write_text(f"{os.getpid()} on {platform.node()}\n", encoding="utf-8")
        yield
    finally:
        if outermost:
            file.unlink(missing_ok=True)
        lock.release()


def require_new(folder: Path) -> None:
    """Raise `UserError` unless a run can be written into `folder`, which must be new or empty.

    What a killed process left there is removed.
    """
    remove_left(folder)
    if folder.is_file() or (folder.is_dir() and any(each.name != LOCK for each in folder.iterdir())):
        raise UserError(
            f"Expected a new or empty folder. Received: out={folder}, which holds files. "
            f"Choose another folder, or resume the run in it: kvae train --resume {shlex.quote(str(folder))}"
        )
