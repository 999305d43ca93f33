"""Reading files, which may be damaged or come from anyone."""

import codecs
import contextlib
import gzip
import hashlib
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from kvae.errors import UserError

MAX_BYTES = 1 << 28
"""Largest size, in bytes and after decompression, of a file of data. A larger one may be a decompression bomb."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks and the encodings that they name."""


@contextlib.contextmanager
def as_user_errors() -> Iterator[None]:
    """Turn the operating system's errors about data files into `UserError`."""
    try:
        yield
    except PermissionError as error:
        raise UserError(
            f"Expected permission to read the data. Received: {error.filename}: permission denied. "
            "Change its permissions or name another folder."
        ) from error
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"Expected readable data. Received: {error.filename}: {reason}.") from error


def check_regular(path: Path) -> os.stat_result:
    """Return the status of a file or folder.

    Raises `UserError` if `path` is a pipe, a device or a socket, from which a program may read without end.
    """
    status = path.stat()
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
        raise UserError(
            f"Expected a file or a folder. Received: {path}, which is a pipe, a device or a socket. Remove it."
        )
    return status


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """Return the contents of a file, decompressed if its name ends in `.gz`.

    Raises:
        UserError: The file is no ordinary file, is damaged, or holds more than `limit` bytes after decompression.
    """
    check_regular(path)
    try:
        with gzip.open(path) if path.suffix == ".gz" else open(path, "rb") as file:
            data = file.read(limit + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UserError(f"Expected an undamaged gzip file. Received: {path}: {error}. Get the file again.") from error
    if len(data) > limit:
        raise UserError(f"Expected a file of at most {limit:,} bytes, unpacked. Received: {path}, which holds more.")
    return data


def open_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> IO[bytes]:
    """Return an open member of a zip file. Raise `ValueError` if its kind of compression may unpack to any size at once."""
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{entry.filename} is packed by a method other than deflate, the usual one")
    return archive.open(entry)


def read_text(path: Path) -> str:
    """Return the text in a file. A byte order mark names its encoding; without one it is UTF-8."""
    data = read_bytes(path)
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    return data.decode(encoding, "replace")


def sha256(path: Path) -> str:
    """Return the SHA-256 checksum of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
