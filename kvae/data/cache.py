"""A cache of prepared arrays on disk. Data may be larger than memory.

An array is written row by row and opened as a memory map. It is stored below KVAE_CACHE (default `~/.cache/kvae`) as
`<label>-<key>.npy`, next to a `.json` file with its checksum and notes. The key is a hash of everything that the array
depends on, so that a changed source or setting leads to another entry. The folder may be deleted at any time.
"""

import contextlib
import contextvars
import hashlib
import io
import json
import logging
import math
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from kvae.data.fingerprint import blocks, fingerprint
from kvae.errors import UserError
from kvae.files import atomic, expanded
from kvae.progress import track

_FORMAT = 3  # increase it whenever a change of the code gives another array for the same identity

_most_values = contextvars.ContextVar("most_values", default=math.inf)

logger = logging.getLogger(__name__)


def folder() -> Path:
    """Return the folder of the cache: KVAE_CACHE, or else `~/.cache/kvae`.

    Raises:
        UserError: KVAE_CACHE is not set, and the account has no home directory.
    """
    path = expanded(os.environ.get("KVAE_CACHE") or "~/.cache/kvae")
    if path.parts[0] == "~":
        raise UserError(
            "Expected a folder for prepared images. Received: no KVAE_CACHE, and no home directory. Set it."
        )
    return path


def prepared(
    label: str, identity, count: int, rows: Callable[[dict], Iterable[np.ndarray | None]]
) -> tuple[np.ndarray, dict]:
    """Return the cached array (N, ...) with this `identity`, read-only, and its notes. Prepare it if it is missing.

    label: the beginning of the file name.
    identity: a JSON value that holds everything the array depends on.
    count: number of rows that `rows` yields.
    rows: a function that prepares the array. It yields rows of one shape and type, or None for a row that is left out.
        Its argument is an empty dict, to which it may add notes about the array (JSON values).

    The array is empty if all rows are left out. A damaged entry is prepared again.

    Raises:
        UserError: The cache cannot be written.
    """
    path = folder() / f"{label.replace(' ', '-')}-{fingerprint(_FORMAT, identity)[:20]}.npy"
    found = _open(path)
    if found is not None:
        return found
    notes = {}
    _write(path, track(rows(notes), count, f"Preparing images of {label}"))
    with _as_user_errors():
        x = np.lib.format.open_memmap(path, mode="r")
        with atomic(path.with_suffix(".json")) as temporary:
            temporary.write_text(json.dumps({"checksum": _checksum(x, notes), "notes": notes}))
    return x, notes


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file. It is stored, and computed again if the path, the size or a date of the file changes.

    Raises:
        UserError: The cache cannot be written.
    """
    status = path.stat()
    key = fingerprint(str(path.resolve()), status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    stored = folder() / f"sha256-{key}.txt"
    with contextlib.suppress(OSError, ValueError):
        if len(digest := stored.read_text("ascii")) == len(key):
            return digest
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with _as_user_errors(), atomic(stored) as temporary:
        temporary.write_text(digest)
    return digest


def _open(path: Path) -> tuple[np.ndarray, dict] | None:
    """Return the entry at `path`, or None if it is missing or damaged."""
    try:
        entry = json.loads(path.with_suffix(".json").read_text())
        x = np.lib.format.open_memmap(path, mode="r")
        if _checksum(x, entry["notes"]) != entry["checksum"]:
            raise ValueError("the checksum differs")
        return x, entry["notes"]
    except FileNotFoundError:
        return None
    except Exception as error:  # NumPy raises exceptions of many types for damaged bytes
        logger.warning("Preparing %s again: the cached copy is damaged (%s).", path.name, error)
        return None


@contextlib.contextmanager
def rows_of_at_most(values: int) -> Iterator[None]:
    """Refuse, within the block, to prepare images, or other rows, of more than `values` values each.

    A run or a preset may come from anyone, and decides how its data are prepared. Its model takes no larger examples.
    """
    token = _most_values.set(values)
    try:
        yield
    finally:
        _most_values.reset(token)


def _write(path: Path, rows: Iterable[np.ndarray | None]) -> None:
    """Write rows to an `.npy` file, without a memory map: on a full disk, that would kill the process (SIGBUS)."""
    n, example = 0, np.empty(0, np.uint8)
    with _as_user_errors(), atomic(path) as temporary, open(temporary, "wb") as file:
        for row in rows:
            if row is None:
                continue
            if n == 0:
                example = row
                if math.prod(row.shape[-3:]) > _most_values.get():
                    raise UserError(
                        f"Expected images of at most {_most_values.get():,} values, which the model takes. "
                        f"Received: images of {' × '.join(map(str, row.shape))}, which the parameters of its data ask for."
                    )
                file.write(_header(0, example))
            file.write(row.tobytes())
            n += 1
        file.seek(0)
        file.write(_header(n, example))  # NumPy pads the header, so that a larger count does not change its length


def _header(n: int, row: np.ndarray) -> bytes:
    """Return the header of an `.npy` file with `n` rows of the shape and type of `row`."""
    buffer = io.BytesIO()
    header = {"descr": row.dtype.str, "fortran_order": False, "shape": (n, *row.shape)}
    np.lib.format.write_array_header_1_0(buffer, header)
    return buffer.getvalue()


def _checksum(x: np.ndarray, notes: dict) -> int:
    """Return the CRC-32 of `notes` and `blocks(x)`. Damage between the blocks of a very large array is not found."""
    checksum = zlib.crc32(fingerprint(notes).encode())
    for block in blocks(x):
        checksum = zlib.crc32(block.data, checksum)
    return checksum


@contextlib.contextmanager
def _as_user_errors() -> Iterator[None]:
    """Turn the operating system's errors about the cache into `UserError`."""
    try:
        yield
    except OSError as error:
        raise UserError(
            f"Expected a writable folder with room for prepared images. Received: KVAE_CACHE={folder()}: "
            f"{error.strerror or error}. Set KVAE_CACHE to another folder, or make room on this disk."
        ) from error
