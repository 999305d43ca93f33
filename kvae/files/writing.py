"""Files and folders that appear whole or not at all."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from kvae.files.leftovers import remove_left, temporary_path


@contextlib.contextmanager
def atomic(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a temporary path next to `path`. If the block succeeds, the temporary file replaces `path`.

    The contents are written to disk (fsync) before the file is renamed. After a kill, on a full disk or after a power
    cut, `path` is therefore the old file or the new one, and never half a file. If the block raises, the temporary file
    is removed and the old file stays. The temporary path has the suffix of `path`, since some writers depend on it.
    A temporary file that a killed process left in the folder is removed.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_left(path.parent)
    temporary = temporary_path(path)
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        yield temporary
        with open(temporary, "rb") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_folder(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a temporary folder next to `path`. If the block succeeds, the temporary folder replaces `path`.

    The old folder is renamed, never changed. After a kill between the two renames it lies next to `path` under a hidden
    name, which the next writer removes as soon as the new folder has its place.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    new, old = temporary_path(path), temporary_path(path)
    new.mkdir()
    try:
        yield new
        if path.exists():
            os.rename(path, old)
        try:
            os.rename(new, path)
        except OSError:
            os.rename(old, path)
            raise
        _sync(path.parent)
        remove_left(path.parent)
    finally:
        for folder in (new, old):
            shutil.rmtree(folder, ignore_errors=True)


def copy_files(source: Path, target: Path) -> None:
    """Copy the files below `source` to `target`, without their permissions, which not every file system can set."""
    for path in source.rglob("*"):
        if path.is_file():
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def _sync(folder: Path) -> None:
    """Make a rename in `folder` permanent, on systems that allow a folder to be opened."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
