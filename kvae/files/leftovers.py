"""Temporary files and folders that a killed process leaves, which the next writer of their folder removes."""

import contextlib
import os
import platform
import re
import secrets
import shutil
import zlib
from pathlib import Path

_HOST = f"{zlib.crc32(platform.node().encode()):08x}"
_TOKEN = secrets.token_hex(3)
"""A mark that distinguishes this process from a former one with the same number."""
_TEMPORARY = re.compile(rf"\..*\.{_HOST}-(?P<process>\d{{1,9}})-(?P<token>[0-9a-f]{{6}})-[0-9a-f]{{8}}(\..*)?")
"""Names that `temporary_path` returns on this host."""


def temporary_path(path: Path) -> Path:
    """Return a new hidden name next to `path`, with the suffix of `path`, that tells which process made it."""
    mark = f"{_HOST}-{os.getpid()}-{_TOKEN}-{secrets.token_hex(4)}"
    return path.with_name(f".{path.stem[:100]}.{mark}{path.suffix}")


def remove_left(folder: Path) -> None:
    """Remove the temporary files and folders in `folder` whose process no longer exists."""
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            found = name.startswith(".") and _TEMPORARY.fullmatch(name)
            if found and not _is_alive(int(found["process"]), found["token"]):
                path = folder / name
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _is_alive(process: int, token: str) -> bool:
    """Return True if the process of this number and token may still exist."""
    if process == os.getpid():  # a former process may have had the number of this one, as in a container
        return token == _TOKEN
    if os.name == "nt":  # where signal 0 ends a process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it belongs to another user
        pass
    return True
