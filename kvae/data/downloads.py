"""Downloads of official files, over HTTPS and with a checksum.

`keras.utils.get_file` is not used. It imports Keras, which takes seconds, writes under the final name before it compares the
checksum, and begins again after an interruption.
"""

import contextlib
import http
import http.client
import os
import shutil
import tarfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from kvae import progress
from kvae.data import official_files
from kvae.data.inventory import DIFFERS, PRESENT, UNPACKED, source_of, state_of
from kvae.data.source import File
from kvae.errors import UserError, first_line
from kvae.files import LOCK, atomic, locked, sha256

_BLOCK = 1 << 20  # bytes that are read at once
_TIMEOUT = 30.0  # seconds without an answer


def download(name: str, data_dir: str | os.PathLike | None = None) -> list[Path]:
    """Download the official files of the data set called `name` that are missing, and return the paths of the new files.

    A file gets its name after its SHA-256 has been compared. An interrupted download is continued. Tar files are unpacked
    and removed.

    data_dir: the folder with one sub-folder per data set, as for `load`.

    Raises:
        UserError: The authors do not allow kvae to download the data, a file with other contents has the name of an
            official one, a file cannot be downloaded, or its checksum differs.
    """
    source = source_of(name)
    folder = official_files.root(data_dir) / name
    if source.steps:
        raise source.explained(UserError(f"kvae may not download {name}."), folder)
    if all(_is_complete(file, folder) for file in source.files):
        return []
    with locked(folder / LOCK):
        return [path for file in source.files if not _is_complete(file, folder) for path in _get(file, folder)]


def _is_complete(file: File, folder: Path) -> bool:
    """Return True if the official file has been downloaded, and unpacked if it is a tar file."""
    state = state_of(file, folder, verify=True)
    if state == DIFFERS:
        path = official_files.find(folder, file.name)[0]
        raise UserError(
            f"Expected the official contents of {path}, or no such file. Received: a file with another checksum. Move it "
            "away, or choose another folder with data_dir (--data-dir)."
        )
    return state == UNPACKED or (state == PRESENT and not file.members)


def _get(file: File, folder: Path) -> list[Path]:
    """Download a file, unless a tar file is already there, unpack a tar file, and return the paths of the new files."""
    found = official_files.find(folder, file.name)
    if not found:
        fetch(file, folder / file.name)
    return _unpack(file, found[0] if found else folder / file.name) if file.members else [folder / file.name]


def fetch(file: File, path: Path) -> None:
    """Download a file to `path`. The part that an interrupted download has left is continued."""
    part = path.with_name(f".{path.name}.part")
    done = part.stat().st_size if part.exists() else 0
    if done < file.size:
        _append(file, part, done)
    size = part.stat().st_size
    if size < file.size:
        raise UserError(
            f"The connection to {file.url} ended after {size:,} of {file.size:,} bytes. "
            "Repeat the command to continue the download."
        )
    if size > file.size or sha256(part) != file.sha256:
        part.unlink()
        raise UserError(
            f"Expected the SHA-256 {file.sha256}. Received: another one from {file.url}. The download was removed. Repeat "
            "the command, in case it was damaged on its way; otherwise the file on the server has changed."
        )
    with atomic(path) as temporary:
        os.replace(part, temporary)


def _append(file: File, part: Path, done: int) -> None:
    """Append the bytes of `file` after the first `done`, or write all of them if the server sends no part of a file."""
    request = urllib.request.Request(file.url, headers={"Range": f"bytes={done}-"} if done else {})
    with _as_user_errors(file):
        response = urllib.request.urlopen(request, timeout=_TIMEOUT)
        if response.url.partition(":")[0] != file.url.partition(":")[0]:
            raise http.client.HTTPException(f"redirected to {response.url}, without encryption")
    continued = response.status == http.HTTPStatus.PARTIAL_CONTENT
    done = done if continued else 0
    part.parent.mkdir(parents=True, exist_ok=True)
    with (
        response,
        open(part, "ab" if continued else "wb") as target,
        progress.bar(file.size, f"Downloading {file.name}, bytes") as advance,
    ):
        advance(done)
        for block in _blocks(file, response, file.size + 1 - done):  # one byte more shows that the file is too long
            target.write(block)
            advance(len(block))


def _blocks(file: File, response: http.client.HTTPResponse, most: int) -> Iterator[bytes]:
    """Yield at most `most` bytes of a response in blocks."""
    while most > 0:
        with _as_user_errors(file):
            block = response.read(min(most, _BLOCK))
        if not block:
            return
        most -= len(block)
        yield block


@contextlib.contextmanager
def _as_user_errors(file: File) -> Iterator[None]:
    """Turn errors of the network into `UserError`."""
    try:
        yield
    except (OSError, http.client.HTTPException) as error:  # urllib's own errors are OSErrors
        reason = getattr(error, "reason", None) or error
        raise UserError(
            f"Could not download {file.url} ({first_line(reason)}). Repeat the command with a connection to the internet, "
            f"or get {file.name} in another way."
        ) from error


def _unpack(file: File, archive: Path) -> list[Path]:
    """Unpack the members of a tar file next to it, remove it, and return the paths of the members."""
    paths = []
    with tarfile.open(archive) as tar, progress.bar(len(file.members), f"Unpacking {file.name}") as advance:
        for member in tar:
            name = member.name.rpartition("/")[2]
            if member.isfile() and name in file.members:
                with atomic(archive.with_name(name)) as temporary, open(temporary, "wb") as target:
                    contents = tar.extractfile(member)
                    shutil.copyfileobj(contents, target)  # type: ignore[arg-type]  # None only if not a file
                paths.append(archive.with_name(name))
                advance(1)
    archive.unlink()
    return paths
