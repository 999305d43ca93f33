"""Folders and zip files of images, each as one list of image files, sorted by name."""

import dataclasses
import errno
import os
import stat
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from kvae.errors import UserError
from kvae.files import MAX_BYTES, as_user_errors, check_regular, open_member, read_bytes
from kvae.images.formats import SUFFIXES, is_image, is_other_image

_MISSING = "missing"
"""Stamp of a link whose target does not exist."""


@dataclasses.dataclass(frozen=True)
class ImageFile:
    """An image file in an archive.

    name: path inside the folder or zip, with forward slashes.
    stamp: a text that changes when the file does: size and times in a folder, size and CRC-32 in a zip.
    size: number of bytes.
    """

    name: str
    stamp: str
    size: int

    @property
    def folders(self) -> tuple[str, ...]:
        """Names of the folders that hold the file, the outermost first."""
        return tuple(self.name.split("/")[:-1])

    @property
    def parent(self) -> str:
        """Name of the folder that holds the file, or "" at the top."""
        return self.folders[-1] if self.folders else ""

    @property
    def file(self) -> str:
        """File name without folders."""
        return self.name.rpartition("/")[2]


class Archive(Protocol):
    """A folder or a zip file of images. `others` are images of formats that are not read."""

    path: Path
    images: tuple[ImageFile, ...]
    others: tuple[ImageFile, ...]

    def read(self, image: ImageFile) -> bytes:
        """Return the bytes of an image file.

        Raises:
            UserError: Permission to read the file is missing.
            Exception: The file is damaged.
        """


def open_archive(path: Path) -> Archive:
    """Return the folder or the zip file at `path` as an archive. Raise `UserError` if it holds no images."""
    check_regular(path)
    archive = FolderArchive(path) if path.is_dir() else ZipArchive(path)
    if not archive.images:
        repair = f" Convert files such as {archive.others[0].name} to JPEG or PNG." if archive.others else ""
        raise UserError(f"Expected images ({', '.join(SUFFIXES)}). Received: none in {path}.{repair}")
    return archive


class FolderArchive:
    """Images below a folder, at any depth. Links are followed, but no folder is visited twice.

    A link to a file or folder that does not exist counts as a damaged image, since it may have led to images.
    """

    def __init__(self, path: Path):
        self.path = path
        self.images, self.others = _parted(self._walk())

    def _walk(self) -> Iterator[ImageFile]:
        """Yield all image files. Links to folders come last, so that a folder is visited under its own name."""
        visited, folders, links = set(), [self.path], []
        while folders or links:
            folder = folders.pop() if folders else links.pop(0)
            if os.path.realpath(folder) in visited:
                continue
            visited.add(os.path.realpath(folder))
            with os.scandir(folder) as entries:
                found = sorted((entry for entry in entries if _is_visible(entry.name)), key=lambda entry: entry.name)
            for entry in found:
                path = folder / entry.name
                if entry.is_dir(follow_symlinks=False):
                    folders.append(path)
                elif entry.is_symlink() or _is_listed(entry.name):
                    status = _status(path)
                    if status is not None and stat.S_ISDIR(status.st_mode):
                        links.append(path)
                    elif status is None or _is_listed(entry.name):
                        size = status.st_size if status else 0
                        yield ImageFile(path.relative_to(self.path).as_posix(), _stamp(status), size)

    def read(self, image: ImageFile) -> bytes:
        if image.stamp == _MISSING:
            raise ValueError("a link to a file or folder that does not exist")
        path = self.path / image.name
        with as_user_errors():
            check_bytes(path.stat().st_size)
            return read_bytes(path)


class ZipArchive:
    """Images in a zip file, read without unpacking it to disk. Backslashes in names, as Windows packs them, are slashes."""

    def __init__(self, path: Path):
        self.path = path
        with as_user_errors():
            file = open(path, "rb")  # noqa: SIM115  (the archive is read as long as it exists)
        try:
            self._zip = zipfile.ZipFile(file)
        except Exception as error:  # `zipfile` raises exceptions of many types for damaged bytes
            raise UserError(
                f"Expected an undamaged zip file. Received: {path}: {error}. Get the file again."
            ) from error
        self._members = {_name(info): info for info in self._zip.infolist() if info.filename and not info.is_dir()}
        self.images, self.others = _parted(
            ImageFile(name, _stamp_of_member(info), info.file_size)
            for name, info in self._members.items()
            if all(map(_is_visible, name.split("/"))) and _is_listed(name)
        )

    def read(self, image: ImageFile) -> bytes:
        return read_member(self._zip, self._members[image.name])


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return the contents of a member of a zip file.

    Raises:
        ValueError: The member is too large, or it is packed by a method whose output cannot be bounded.
        Exception: The member is damaged. `zipfile` raises exceptions of many types.
    """
    check_bytes(info.file_size)
    with open_member(archive, info) as file:
        return file.read(info.file_size + 1)  # without a bound, up to 2 GB would be decompressed and then cut


def _parted(files: Iterable[ImageFile]) -> tuple[tuple[ImageFile, ...], tuple[ImageFile, ...]]:
    """Return the images that are read, and those of other formats, both sorted by name."""
    files = sorted(files, key=lambda file: file.name)
    images = tuple(file for file in files if not is_other_image(file.name))
    return images, tuple(file for file in files if is_other_image(file.name))


def _name(info: zipfile.ZipInfo) -> str:
    """Return the name of a member with forward slashes, without empty parts and "."."""
    return "/".join(part for part in info.filename.replace("\\", "/").split("/") if part not in ("", "."))


def _status(path: Path) -> os.stat_result | None:
    """Return the status of a file or folder, or None if `path` is a link that leads nowhere or to itself."""
    try:
        return check_regular(path)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            return None
        raise


def _stamp(status: os.stat_result | None) -> str:
    return _MISSING if status is None else f"{status.st_size}-{status.st_mtime_ns}-{status.st_ctime_ns}"


def _stamp_of_member(info: zipfile.ZipInfo) -> str:
    return f"{info.file_size}-{info.CRC:08x}"


def check_bytes(n: int) -> None:
    """Raise `ValueError` if `n` bytes are too many for a file of data, after decompression."""
    if n > MAX_BYTES:
        raise ValueError(f"{n:,} bytes are too many for a file of data")


def _is_listed(name: str) -> bool:
    """Return True if a file name has the suffix of an image, of a format that is read or of another."""
    return is_image(name) or is_other_image(name)


def _is_visible(name: str) -> bool:
    return not name.startswith(".") and name != "__MACOSX"
