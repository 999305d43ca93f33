"""Reading and writing of single files. A written file appears whole or not at all."""

import codecs
import contextlib
import csv
import gzip
import io
import json
import math
import os
import shlex
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from kvae.errors import UserError, first_line

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
def atomic(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a temporary path next to `path`. If the block succeeds, the temporary file replaces `path`.

    The contents are written to disk (fsync) before the file is renamed. After a kill, on a full disk or after a power
    cut, `path` is therefore the old file or the new one, and never half a file. If the block raises, the temporary file
    is removed and the old file stays. The temporary path has the suffix of `path`, since some writers depend on it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with open(temporary, "rb") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        os.replace(temporary, path)
        _sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


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


def require_new(folder: Path) -> None:
    """Raise `UserError` unless a run can be written into `folder`, which must be new or empty."""
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise UserError(
            f"Expected a new or empty folder. Received: out={folder}, which holds files. "
            f"Choose another folder, or resume the run in it: kvae train --resume {shlex.quote(str(folder))}"
        )


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


def read_text(path: Path) -> str:
    """Return the text in a file. A byte order mark names its encoding; without one it is UTF-8."""
    data = read_bytes(path)
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    return data.decode(encoding, "replace")


MAX_JSON = 2**24
"""Largest size in bytes of a JSON file. Parsed, it takes some twenty times as much memory."""


def unpack(archive: zipfile.ZipFile, member: str, target: Path, limit: int) -> None:
    """Write a member of a zip file to `target`.

    Raises:
        UserError: it unpacks to more than `limit` bytes, whatever size the archive states, or its kind of compression may
            unpack to any size at once.
        KeyError, OSError, ValueError, RuntimeError, zipfile.BadZipFile: the archive is damaged or lacks the member.
    """
    entry = archive.getinfo(member)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UserError(
            f"Expected {member} stored or deflated. Received: {archive.filename}, which compresses it otherwise."
        )
    size = 0
    with archive.open(entry) as packed, open(target, "wb") as file:
        while part := packed.read(2**20):
            size += len(part)
            if size > limit:
                raise UserError(f"Expected {member} of at most {limit:,} bytes. Received: {archive.filename}.")
            file.write(part)


def read_json(path: Path) -> dict:
    """Return the contents of a JSON file of a run, search or preset.

    Raises:
        UserError: the file is missing, damaged or larger than `MAX_JSON`.
    """
    try:
        if path.stat().st_size > MAX_JSON:
            raise UserError(f"Expected a JSON file of at most {MAX_JSON:,} bytes. Received: {path}, which is larger.")
        return json.loads(path.read_text(encoding="utf-8"))
    except UserError:
        raise
    except FileNotFoundError as error:
        raise UserError(
            f"Expected a complete run, search or preset. Received: {path.parent}, which lacks {path.name}."
        ) from error
    except (ValueError, RecursionError) as error:  # not text, not JSON, or nested too deeply
        raise UserError(f"Expected a valid JSON file. Received: {path} ({first_line(error)}).") from error


def finite(value):
    """Return `value` with None in place of NaN and infinity, which JSON does not have."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_json(path: Path, value) -> None:
    """Write `value` to a JSON file."""
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def write_csv(path: Path, rows: Sequence[Mapping]) -> None:
    """Write `rows` to a CSV file. The columns are the keys of all rows. A cell is empty if its row lacks the key."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    with atomic(path) as temporary:
        temporary.write_text(text.getvalue(), encoding="utf-8")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync(folder: Path) -> None:
    """Make a rename in `folder` permanent, on systems that allow a folder to be opened."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
