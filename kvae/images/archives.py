"""Folders and zip files of images, each as one list of image files, sorted by name."""

import dataclasses
import os
import zipfile
from pathlib import Path
from typing import Protocol

from kvae.errors import UserError
from kvae.files import as_user_errors

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
_MAX_BYTES = 1 << 28  # of an image file; a larger one may be a zip bomb


@dataclasses.dataclass(frozen=True)
class ImageFile:
    """An image file in an archive.

    name: path inside the folder or zip, with forward slashes.
    stamp: a text that changes when the file does: size and times in a folder, size and CRC-32 in a zip.
    """

    name: str
    stamp: str

    @property
    def parent(self) -> str:
        """Name of the folder that holds the file, or "" at the top."""
        return self.name.rpartition("/")[0].rpartition("/")[2]

    @property
    def file(self) -> str:
        """File name without folders."""
        return self.name.rpartition("/")[2]


class Archive(Protocol):
    """A folder or a zip file of images.

    identity: the path of a folder, and "" for a zip file, whose stamps hold checksums. Two image files have equal
        contents if identity, name and stamp are equal.
    """

    path: Path
    identity: str
    images: tuple[ImageFile, ...]

    def read(self, image: ImageFile) -> bytes:
        """Return the bytes of an image file.

        Raises:
            UserError: Permission to read the file is missing.
            Exception: The file is damaged.
        """


def open_archive(path: Path) -> Archive:
    """Return the folder or the zip file at `path` as an archive. Raise `UserError` if it holds no images."""
    archive = ZipArchive(path) if path.is_file() else FolderArchive(path)
    if not archive.images:
        raise UserError(f"Expected images ({', '.join(SUFFIXES)}). Received: none in {path}.")
    return archive


class FolderArchive:
    """Images below a folder, at any depth."""

    def __init__(self, path: Path):
        self.path = path
        self.identity = str(path.resolve())
        self.images = tuple(sorted(self._walk(), key=lambda image: image.name))

    def _walk(self):
        for folder, subfolders, files in os.walk(self.path, onerror=_raise, followlinks=True):
            subfolders[:] = [name for name in subfolders if _is_visible(name)]
            for file in files:
                if _is_image(file):
                    path = Path(folder, file)
                    status = path.stat()
                    name = path.relative_to(self.path).as_posix()
                    yield ImageFile(name, f"{status.st_size}-{status.st_mtime_ns}-{status.st_ctime_ns}")

    def read(self, image: ImageFile) -> bytes:
        path = self.path / image.name
        with as_user_errors():
            _check_bytes(path.stat().st_size)
            return path.read_bytes()


class ZipArchive:
    """Images in a zip file, read without unpacking it to disk."""

    def __init__(self, path: Path):
        self.path = path
        self.identity = ""
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, EOFError) as error:
            raise UserError(
                f"Expected an undamaged zip file. Received: {path}: {error}. Get the file again."
            ) from error
        self.images = tuple(
            ImageFile(info.filename, f"{info.file_size}-{info.CRC:08x}")
            for info in sorted(self._zip.infolist(), key=lambda info: info.filename)
            if not info.is_dir() and all(map(_is_visible, info.filename.split("/"))) and _is_image(info.filename)
        )

    def read(self, image: ImageFile) -> bytes:
        _check_bytes(self._zip.getinfo(image.name).file_size)
        return self._zip.read(image.name)


def _is_image(name: str) -> bool:
    return _is_visible(name) and name.lower().endswith(SUFFIXES)


def _is_visible(name: str) -> bool:
    return not name.startswith(".") and name != "__MACOSX"


def _check_bytes(n: int) -> None:
    if n > _MAX_BYTES:
        raise ValueError(f"{n:,} bytes are too many for an image")


def _raise(error: OSError):
    raise error
