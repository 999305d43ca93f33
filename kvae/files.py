"""Reading and writing of files and folders. What is written appears whole or not at all, and has one writer at a time."""

import codecs
import contextlib
import csv
import gzip
import hashlib
import io
import json
import math
import os
import platform
import re
import secrets
import shlex
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from kvae.errors import UserError, first_line

MAX_BYTES = 1 << 28
"""Largest size, in bytes and after decompression, of a file of data. A larger one may be a decompression bomb."""

MAX_JSON = 2**24
"""Largest size in bytes of a JSON file. Parsed, it takes some twenty times as much memory."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks and the encodings that they name."""

LOCK = ".lock"
"""Name of the lock file of a run, a preset or a search, inside its folder."""

_HOST = f"{zlib.crc32(platform.node().encode()):08x}"
_TOKEN = secrets.token_hex(3)
"""What distinguishes this process from a former one with the same number."""
_TEMPORARY = re.compile(rf"\..*\.{_HOST}-(?P<process>\d{{1,9}})-(?P<token>[0-9a-f]{{6}})-[0-9a-f]{{8}}(\..*)?")
"""Names that `_temporary` returns on this host."""


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
    _remove_left(path.parent)
    temporary = _temporary(path)
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
    new, old = _temporary(path), _temporary(path)
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
        _remove_left(path.parent)
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


@contextlib.contextmanager
def locked(file: str | os.PathLike, seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock `file`, so that one process at a time writes the folder of the file.

    The file holds the number of the process. It is removed at the end. The operating system releases the lock when the
    process dies, and the next process takes over the file.

    Raises:
        UserError: another process holds the lock for longer than `seconds`.
    """
    import filelock  # takes a tenth of a second

    file = Path(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(file)
    try:
        lock.acquire(timeout=seconds)
    except filelock.Timeout:
        holder = file.read_text(encoding="utf-8", errors="replace").strip() if file.is_file() else ""
        raise UserError(
            f"Expected a folder that no other process writes. Received: {file.parent}, in use by process "
            f"{holder or 'unknown'}. Wait until it ends, or choose another folder."
        ) from None
    try:
        file.write_text(f"{os.getpid()} on {platform.node()}\n", encoding="utf-8")
        yield
    finally:
        file.unlink(missing_ok=True)
        lock.release()


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
    if folder.is_file() or (folder.is_dir() and any(each.name != LOCK for each in folder.iterdir())):
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


def sha256(path: Path) -> str:
    """Return the SHA-256 checksum of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _temporary(path: Path) -> Path:
    """Return a new hidden name next to `path`, with the suffix of `path`, that tells which process made it."""
    mark = f"{_HOST}-{os.getpid()}-{_TOKEN}-{secrets.token_hex(4)}"
    return path.with_name(f".{path.stem[:100]}.{mark}{path.suffix}")


def _remove_left(folder: Path) -> None:
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


def _sync(folder: Path) -> None:
    """Make a rename in `folder` permanent, on systems that allow a folder to be opened."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
