"""Bytes from single files, with every failure in one sentence."""

import contextlib
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from kvae.errors import UserError


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Turns what the operating system says about a file that cannot be read into one sentence."""
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


def read(path: Path) -> bytes:
    """The bytes of a file, unpacked where its name ends in `.gz`."""
    data = path.read_bytes()
    if path.suffix != ".gz":
        return data
    try:
        return gzip.decompress(data)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UserError(f"Expected a whole gzip file. Received: {path}: {error}. Get the file again.") from error
