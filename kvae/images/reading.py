"""A user's image files as input of a model."""

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from kvae.errors import UserError, first_line
from kvae.files import as_user_errors, read_bytes
from kvae.images import crop, decoding
from kvae.images.archives import Archive, ImageFile, open_archive
from kvae.images.formats import SUFFIXES, is_image


def read_images(paths: Iterable[Path], shape: Sequence[int], n: int | None = None, levels: int = 256) -> np.ndarray:
    """Return the first `n` images, by default all, as float32 (N, H, W, C) in [0, 1].

    paths: image files, folders and zip files.
    shape: (H, W, C) of an image. C is 1 (grey) or 3 (red, green, blue).
    levels: number of equally spaced values in [0, 1] to which pixels are rounded, for a likelihood of discrete levels.

    Images are decoded as those of data sets are, and the largest centred part of the same aspect is scaled to H × W.

    Raises:
        UserError: A path does not exist, or an image is damaged.
    """
    if len(shape) != 3 or shape[2] not in (1, 3):
        raise UserError(f"Expected a model of images, grey or RGB. Received: one of shape {tuple(shape)}.")
    return np.stack([_decode(path, read(), shape, levels) for path, read in itertools.islice(_files(paths), n)])


def image_names(paths: Iterable[Path], n: int | None = None) -> list[str]:
    """Return the paths of the images that `read_images` returns, in the same order."""
    return [str(path) for path, _ in itertools.islice(_files(paths), n)]


def _decode(path: Path, data: bytes, shape: Sequence[int], levels: int) -> np.ndarray:
    height, width, channels = shape
    color, box = "gray" if channels == 1 else "rgb", crop.ratio(width, height)
    try:
        x = decoding.decode(path.name, data, size=min(height, width), color=color, box=box)
    except Exception as error:  # Pillow raises exceptions of many types for damaged bytes
        raise _refusal(path, error) from error
    step = 255 / (levels - 1)
    return ((x / step).round() * step).round().astype("float32") / 255


def _files(paths: Iterable[Path]) -> Iterator[tuple[Path, Callable[[], bytes]]]:
    """Yield the path of each image file, and a function that returns its contents."""
    for path in paths:
        if not path.exists():
            raise UserError(f"Expected an image, a folder or a zip file. Received: {path}, which does not exist.")
        if path.is_dir() or path.suffix.lower() == ".zip":
            archive = open_archive(path)
            yield from ((path / image.name, functools.partial(_read, archive, image)) for image in archive.images)
        elif not is_image(path.name):
            raise UserError(f"Expected an image ({', '.join(SUFFIXES)}), a folder or a zip file. Received: {path}.")
        else:
            yield path, functools.partial(_read_file, path)


def _read_file(path: Path) -> bytes:
    with as_user_errors():
        return read_bytes(path)


def _read(archive: Archive, image: ImageFile) -> bytes:
    try:
        return archive.read(image)
    except UserError:
        raise
    except Exception as error:  # `zipfile` raises exceptions of many types for damaged bytes
        raise _refusal(archive.path / image.name, error) from error


def _refusal(path: Path, error: Exception) -> UserError:
    return UserError(
        f"Expected undamaged images. Received: {path}, which cannot be read as an image ({first_line(error)})."
    )
