"""Writing scaled copies of images into a zip file."""

import io
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

from PIL import Image

from kvae.files import atomic
from kvae.images.archives import Archive, ImageFile

_DATE = (2026, 1, 1, 0, 0, 0)  # of each member, so that the same images give the same file


def write_zip(
    out: Path, archive: Archive, images: Iterable[tuple[str, ImageFile]], size: Callable, quality: int = 75
) -> None:
    """Write scaled JPEG copies of images into a zip file.

    images: the name of each copy, and the image.
    size: a function that returns the size (width, height) of the copy of an image of a given size.
    """
    with atomic(out) as temporary, zipfile.ZipFile(temporary, "w") as target:
        for name, image in images:
            copy, data = Image.open(io.BytesIO(archive.read(image))).convert("RGB"), io.BytesIO()
            copy.resize(size(*copy.size), Image.Resampling.LANCZOS).save(data, "JPEG", quality=quality)
            target.writestr(zipfile.ZipInfo(name, _DATE), data.getvalue())
