"""Data sets made from image files, which are decoded by all cores and cached. Damaged files are refused or left out."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kvae.data import cache
from kvae.data.dataset import Dataset, Split
from kvae.data.fingerprint import fingerprint
from kvae.data.official_files import find
from kvae.errors import MissingData, UserError
from kvae.images import crop, decoding
from kvae.images.archives import Archive, ImageFile, open_archive
from kvae.images.processes import ImageDecoder


def open_own(path: Path) -> Archive:
    """Return a user's folder or zip file of images. Raise `UserError` if it does not exist or holds no images."""
    if not path.exists():
        raise MissingData(
            f"Expected a folder or a zip file of images. Received: {path}, which does not exist. Correct the path. Recipes "
            "and runs take it as --set data.path=FOLDER."
        )
    return open_archive(path)


def open_official(folder: Path, pattern: str) -> Archive:
    """Return the images of a data set: a zip file that matches `pattern`, or a folder with a sub-folder that does."""
    found = find(folder, pattern)[0]
    return open_archive(found.parent if found.is_dir() else found)


def from_archive(
    name: str,
    archive: Archive,
    split_names: np.ndarray,
    *,
    y: np.ndarray | None,
    label_names: tuple[str, ...],
    columns: Mapping[str, np.ndarray],
    size: int | None,
    color: str = "rgb",
    box: crop.Box = crop.centre,
    halves: bool = False,
    skip_damaged: bool = False,
    notes: tuple[str, ...] = (),
) -> Dataset:
    """Return a data set of the images in `archive`.

    split_names: the split of each image (N,): "train", "validation" or "test". Images with another value are left out.
    y, columns: one entry per image, as in `Split`. A split whose images all have the label -1 has no y.
    size, color, box, halves: as in `decoding.decode`. Without `size`, all images must have the same size. With `halves`, an
        example is a pair (2, H, W, C).

    The fingerprint covers the names and contents of the files, `y` and `columns`. It does not depend on the files'
    dates, nor on whether they are in a folder or in a zip file.
    """
    decoding.check_size(size)
    settings = {"size": size, "color": color, "box": box, "halves": halves}
    splits: dict[str, Any] = dict.fromkeys(("train", "validation", "test"))
    rows_of = {split: rows for split in splits if len(rows := np.flatnonzero(split_names == split))}
    contents, damaged, first = [], {}, None
    with ImageDecoder(archive, settings) as decoder:
        for split, rows in rows_of.items():
            images = [archive.images[i] for i in rows]
            x, cached = _prepared(f"{name.partition(':')[0]} {split}", decoder, images, skip_damaged)
            damaged |= cached["damaged"]
            if len(x):
                kept = rows[[image.name not in damaged for image in images]]
                named_shape = archive.images[kept[0]].name, x.shape[1:]
                first = first or named_shape
                expect_shape(first, named_shape, size)
                facts = {key: column[kept] for key, column in columns.items()}
                labels = None if y is None or (y[kept] < 0).all() else y[kept]
                splits[split] = Split(x, labels, facts)
                contents += [split, cached["content"], *facts.values(), *(() if labels is None else (labels,))]
    if splits["train"] is None:
        raise UserError(f"Expected undamaged training images. Received: none in {archive.path}.")
    return Dataset(
        name,
        **splits,
        label_names=label_names,
        support="bytes",
        fingerprint=fingerprint(size, color, box.__name__, label_names, *contents),
        notes=(*notes, *_notes(damaged, archive.others)),
    )


def identity(archive: Archive) -> str:
    """Return a text that identifies a zip file by its contents and a folder by its path."""
    return cache.sha256(archive.path) if archive.path.is_file() else os.path.realpath(archive.path)


def _prepared(
    label: str, decoder: ImageDecoder, images: list[ImageFile], skip_damaged: bool
) -> tuple[np.ndarray, dict]:
    """Return the decoded images of a split and notes about them, from the cache if they are in it."""
    archive, settings = decoder.archive, decoder.settings
    x, notes = cache.prepared(
        label,
        [
            {**settings, "box": settings["box"].__name__},
            identity(archive),
            [(image.name, image.stamp) for image in images],
        ],
        len(images),
        lambda notes: _rows(decoder, images, notes, skip_damaged),
    )
    if notes["damaged"] and not skip_damaged:
        raise _refusal(archive, *next(iter(notes["damaged"].items())))
    return x, notes


def _rows(
    decoder: ImageDecoder, images: list[ImageFile], notes: dict, skip_damaged: bool
) -> Iterator[np.ndarray | None]:
    """Yield decoded images, or None for a damaged one. Add "content" (a fingerprint) and "damaged" to `notes`."""
    notes["damaged"] = {}  # reasons by name of the image
    digests, first = [], None
    for image, (digest, x, reason) in zip(images, decoder.decode(images), strict=True):
        digests.append(digest)
        if x is not None:
            first = first or (image.name, x.shape)
            expect_shape(first, (image.name, x.shape), decoder.settings["size"])
        elif skip_damaged:
            notes["damaged"][image.name] = reason
        else:
            raise _refusal(decoder.archive, image.name, reason)
        yield x
    notes["content"] = fingerprint(digests)


def expect_shape(first: tuple[str, tuple[int, ...]], other: tuple[str, tuple[int, ...]], size: int | None) -> None:
    """Raise `UserError` if two images, each a name and a shape (…, H, W, C), differ in shape.

    size: edge length to which they were scaled, or None.
    """
    if first[1] != other[1]:
        received = ", ".join(f"{name} of {'×'.join(map(str, shape[-3:]))}" for name, shape in (first, other))
        repair = "size=64, or another edge length" if size is None else "aspect=square, or a ratio such as aspect=16:9"
        raise UserError(
            f"Expected images of one size. Received: {received}. Give {repair}, to crop and scale them all."
        )


def expect_even(*edges: int | None) -> None:
    """Raise `UserError` unless these edges of images, in pixels, are even or None."""
    if any(isinstance(edge, int) and edge % 2 for edge in edges):
        raise UserError(
            "Expected images of even height and width, because networks that translate images halve them. "
            f"Received: {'×'.join(map(str, edges))} pixels. Choose another size, such as size=64."
        )


def _refusal(archive: Archive, name: str, reason: str) -> UserError:
    return UserError(
        f"Expected undamaged images. Received: {name} in {archive.path}: {reason.rstrip('.')}. "
        "Get the file again or save it with 8 or 16 bits, or leave such images out with skip_damaged=True (--skip-damaged)."
    )


def _notes(damaged: dict[str, str], others: Sequence[ImageFile]) -> tuple[str, ...]:
    """Return notes on images that were left out: damaged ones, with reasons by name, and those of formats not read."""
    notes = []
    if damaged:
        name, reason = next(iter(damaged.items()))
        counted = "1 damaged image was" if len(damaged) == 1 else f"{len(damaged):,} damaged images were"
        notes.append(f"{counted} left out. The first is {name} ({reason}).")
    if others:
        counted = "1 image is" if len(others) == 1 else f"{len(others):,} images are"
        notes.append(
            f"{counted} of a format that is not read, such as {others[0].name}. Convert such files to JPEG or PNG."
        )
    return tuple(notes)
