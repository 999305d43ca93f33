"""Pairs of images side by side in one file, in the layout of pix2pix: the folders train, val and test."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from kvae.data import image_dataset
from kvae.data.dataset import Dataset, Split
from kvae.data.fingerprint import fingerprint
from kvae.data.layout import read_splits
from kvae.data.sources.facades import SOURCE
from kvae.data.splits import with_validation
from kvae.images import crop
from kvae.images.archives import Archive
from kvae.suggest import require

SIDES = ("left", "right")


def load(
    path: Path,
    *,
    input_side: str = "left",
    size: int | None = None,
    color: str = "rgb",
    aspect: str = "square",
    splits: str = "auto",
    skip_damaged: bool = False,
    limit: int | None = None,
    seed: int = 0,
) -> Dataset:
    """Return the pairs below `path`. A file holds two images of one size, side by side: x is one of them, y the other.

    Folders named `train`, `val` and `test` are the splits, and otherwise they are random, both as for
    `kvae.data.folder.load`. If there are no validation pairs then, `seed` draws a tenth of the training pairs.

    input_side: side of x, the input of a translation: "left" or "right".
    size, color, aspect: as for `kvae.data.folder.load`, for both images of a pair. Height and width must be even.
    splits, limit: as for `kvae.data.folder.load`.
    """
    require("color", color, ("rgb", "gray"))
    require("splits", splits, ("auto", "named", "random"))
    settings: dict[str, Any] = {
        "size": size,
        "color": color,
        "box": crop.of_aspect(aspect),
        "skip_damaged": skip_damaged,
    }
    return _read(f"paired:{path}", image_dataset.open_own(path), input_side, splits, limit, seed, **settings)


def load_facades(
    folder: Path,
    *,
    input_side: str = "right",
    size: int = 64,
    skip_damaged: bool = False,
    limit: int | None = None,
    seed: int = 0,
) -> Dataset:
    """Return maps of the parts of facades (x) and photographs of them (y), (size, size, 3).

    The pairs are those of Isola et al. (2017), from the data of Tyleček and Šára (2013): 400 for training, 100 for
    validation and 106 for testing. With `input_side="left"`, x are the photographs. `limit` is the number of pairs that
    are read from each of the folders train, val and test.
    """
    archive = image_dataset.open_official(folder, SOURCE.patterns[0])
    return _read("facades", archive, input_side, "named", limit, seed, size=size, skip_damaged=skip_damaged)


def _read(
    name: str,
    archive: Archive,
    input_side: str,
    splits: str,
    limit: int | None,
    seed: int,
    *,
    size: int | None,
    **settings,
) -> Dataset:
    """Return the pairs of an archive. `settings` are further arguments of `from_archive`."""
    require("input_side", input_side, SIDES)
    image_dataset.expect_even(size)
    names = [image.name for image in archive.images]
    split, _, notes = read_splits([image.folders for image in archive.images], names, splits, seed, limit)
    split, drawn = with_validation(split, np.zeros(len(names)), seed)
    dataset = image_dataset.from_archive(
        name,
        archive,
        split,
        y=None,
        label_names=(),
        columns={"file": np.array(names)},
        size=size,
        halves=True,
        notes=(*notes, *drawn),
        **settings,
    )
    image_dataset.expect_even(*dataset.shape[1:3])
    side = SIDES.index(input_side)
    parts: dict[str, Any] = {part: _pairs(getattr(dataset, part), side) for part in ("train", "validation", "test")}
    return dataclasses.replace(dataset, **parts, fingerprint=fingerprint(dataset.fingerprint, "pairs", input_side))


def _pairs(split: Split | None, side: int) -> Split | None:
    """Return a split of pairs (N, 2, H, W, C) as inputs x, the images on side `side`, and targets y, the others."""
    return None if split is None else Split(split.x[:, side], split.x[:, 1 - side], split.columns)
