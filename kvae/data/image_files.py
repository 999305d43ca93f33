"""Pictures in a folder or in a zip file, as one sorted list of names."""

import dataclasses
import os
import zipfile
from pathlib import Path
from typing import Protocol

from kvae.data.reading import explained
from kvae.errors import UserError

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
_MAX_BYTES = 1 << 28  # a file of more than 256 MiB is no picture, whatever a zip promises


@dataclasses.dataclass(frozen=True)
class Picture:
    """One picture file.

    name: its path inside the folder or zip, with forward slashes.
    stamp: what changes when the file does: size and times in a folder, size and CRC-32 in a zip.
    """

    name: str
    stamp: str

    @property
    def parent(self) -> str:
        """The name of the folder it lies in, or "" at the top."""
        return self.name.rpartition("/")[0].rpartition("/")[2]

    @property
    def file(self) -> str:
        """Its own name, without folders."""
        return self.name.rpartition("/")[2]


class Archive(Protocol):
    """A place that holds pictures.

    identity: what makes equal names and stamps mean equal pictures: the place of a folder; nothing for a zip.
    """

    path: Path
    identity: str
    pictures: tuple[Picture, ...]

    def read(self, picture: Picture) -> bytes:
        """The bytes of one picture. Raises `UserError` without permission, another exception when damaged."""


def open_archive(path: Path) -> Archive:
    """The pictures below a folder, or in a zip. Raises `UserError` when there is none."""
    archive = ZipArchive(path) if path.is_file() else FolderArchive(path)
    if not archive.pictures:
        raise UserError(f"Expected pictures ({', '.join(SUFFIXES)}). Received: none in {path}.")
    return archive


class FolderArchive:
    """Pictures below a folder, at any depth."""

    def __init__(self, path: Path):
        self.path = path
        self.identity = str(path.resolve())
        self.pictures = tuple(sorted(self._walk(), key=lambda picture: picture.name))

    def _walk(self):
        for folder, subfolders, files in os.walk(self.path, onerror=_raise, followlinks=True):
            subfolders[:] = [name for name in subfolders if _is_visible(name)]
            for file in files:
                if _is_picture(file):
                    path = Path(folder, file)
                    status = path.stat()
                    name = path.relative_to(self.path).as_posix()
                    yield Picture(name, f"{status.st_size}-{status.st_mtime_ns}-{status.st_ctime_ns}")

    def read(self, picture: Picture) -> bytes:
        path = self.path / picture.name
        with explained():
            _check_size(path.stat().st_size)
            return path.read_bytes()


class ZipArchive:
    """Pictures in a zip file; nothing is unpacked to disk."""

    def __init__(self, path: Path):
        self.path = path
        self.identity = ""
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, EOFError) as error:
            raise UserError(f"Expected a whole zip file. Received: {path}: {error}. Get the file again.") from error
        self.pictures = tuple(
            Picture(info.filename, f"{info.file_size}-{info.CRC:08x}")
            for info in sorted(self._zip.infolist(), key=lambda info: info.filename)
            if not info.is_dir() and all(map(_is_visible, info.filename.split("/"))) and _is_picture(info.filename)
        )

    def read(self, picture: Picture) -> bytes:
        _check_size(self._zip.getinfo(picture.name).file_size)
        return self._zip.read(picture.name)


def _is_picture(name: str) -> bool:
    return _is_visible(name) and name.lower().endswith(SUFFIXES)


def _is_visible(name: str) -> bool:
    return not name.startswith(".") and name != "__MACOSX"


def _check_size(n: int) -> None:
    if n > _MAX_BYTES:
        raise ValueError(f"{n:,} bytes are too many for a picture")


def _raise(error: OSError):
    raise error
