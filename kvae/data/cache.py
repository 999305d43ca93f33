"""Prepared arrays on disk, written row by row and opened as memory maps: sets larger than memory stream.

An array is kept below KVAE_CACHE (default `~/.cache/kvae`) as `<label>-<key>.npy`, beside a `.json` with its
checksum and notes. The key hashes everything that the array depends on, so a changed source or setting is
another entry, and the whole folder may be deleted at any time.
"""

import contextlib
import io
import json
import logging
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from kvae.data.fingerprint import blocks, fingerprint
from kvae.errors import UserError
from kvae.files import atomic
from kvae.progress import track

_FORMAT = 1  # raise it when the same identity leads to other arrays

logger = logging.getLogger(__name__)


def folder() -> Path:
    """KVAE_CACHE, else `~/.cache/kvae`."""
    return Path(os.environ.get("KVAE_CACHE") or "~/.cache/kvae").expanduser()


def prepared(
    label: str, identity, count: int, rows: Callable[[dict], Iterable[np.ndarray | None]]
) -> tuple[np.ndarray, dict]:
    """The array (N, ...) that belongs to `identity`, read-only, and the notes taken when it was prepared.

    identity: a JSON value of all that the array depends on.
    rows: called with an empty dict of notes (JSON values, to be filled) when the array is not in the cache;
        yields
        `count` rows of one shape and type, or None where a row is left out.

    The array is empty when every row is left out. A damaged entry is prepared again. Raises `UserError` when
    the cache cannot be written.
    """
    path = folder() / f"{label.replace(' ', '-')}-{fingerprint(_FORMAT, identity)[:20]}.npy"
    found = _open(path)
    if found is None:
        notes = {}
        _write(path, track(rows(notes), count, f"Preparing images of {label}"))
        with _explained():
            checksum = _checksum(np.load(path, mmap_mode="r"))
            with atomic(path.with_suffix(".json")) as temporary:
                temporary.write_text(json.dumps({"checksum": checksum, "notes": notes}))
            found = np.load(path, mmap_mode="r"), notes
    return found


def _open(path: Path) -> tuple[np.ndarray, dict] | None:
    """The entry at `path`; None when it is not there or not what was written."""
    try:
        entry = json.loads(path.with_suffix(".json").read_text())
        x = np.load(path, mmap_mode="r", allow_pickle=False)
        if _checksum(x) != entry["checksum"]:
            raise ValueError("the checksum differs")
        return x, entry["notes"]
    except FileNotFoundError:
        return None
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        logger.warning("Preparing %s again: the cached copy is damaged (%s).", path.name, error)
        return None


def _write(path: Path, rows: Iterable[np.ndarray | None]) -> None:
    """Writes rows as one `.npy` file, plainly: on a full disk a memory map would kill the process."""
    n, example = 0, np.empty(0, np.uint8)
    with _explained(), atomic(path) as temporary, open(temporary, "wb") as file:
        for row in rows:
            if row is None:
                continue
            if n == 0:
                example = row
                file.write(_header(0, example))
            file.write(row.tobytes())
            n += 1
        file.seek(0)
        file.write(_header(n, example))  # as long as before: NumPy leaves room for the count to grow


def _header(n: int, row: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    header = {"descr": row.dtype.str, "fortran_order": False, "shape": (n, *row.shape)}
    np.lib.format.write_array_header_1_0(buffer, header)
    return buffer.getvalue()


def _checksum(x: np.ndarray) -> int:
    checksum = 0
    for block in blocks(x):
        checksum = zlib.crc32(block, checksum)
    return checksum


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(
            f"Expected a folder with room for prepared images. Received: KVAE_CACHE={folder()}: "
            f"{error.strerror or error}. Set KVAE_CACHE to a folder on a disk with more room, or free some."
        ) from error
