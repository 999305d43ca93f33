"""Omniglot: 1,623 handwritten characters of 50 alphabets, each drawn by twenty people, at 28×28."""

import io
import re
from pathlib import Path

import numpy as np
from PIL import Image

from kvae.data import cache, image_dataset
from kvae.data.dataset import Dataset, Split
from kvae.data.fingerprint import fingerprint
from kvae.data.npz import read_arrays
from kvae.data.official_files import find
from kvae.data.sources.omniglot import PACKED, PARTS
from kvae.errors import UserError, first_line
from kvae.images.archives import Archive, ImageFile, open_archive

ARRAYS = ("images", "alphabet", "character", "drawer", "split", "alphabet_names")
_LAST_TRAINING_DRAWER = 18  # of twenty; the other two are held out for validation
_SIZE = 28
_PATH = re.compile(r"(?:.*/)?([^/]+)/(character\d+)/\d+_(\d+)\.png")
"""Name of a drawing in an official file: …/alphabet/character/number_drawer.png."""


def load(folder: Path, *, limit: int | None = None) -> Dataset:
    """Return grey images (28, 28, 1), ink 255 on paper 0, labelled by alphabet.

    The columns are "character" and "drawer". The thirty background alphabets are the training split, and the twenty
    evaluation alphabets the test split (Lake et al. 2015). The background characters of drawers 19 and 20, a tenth, are
    the validation split, so that no drawer is in both the training and the validation split. `limit` is the largest
    number of images that are read from the background alphabets, and from the evaluation alphabets.

    The official files are read, or else a file with the arrays that `read_parts` returns.
    """
    paths = [find(folder, pattern) for pattern in PARTS]
    if all(paths):
        path, arrays = folder, read_parts(*(found[0] for found in paths))
    else:
        path = find(folder, PACKED)[0]
        arrays = read_arrays(path, *ARRAYS)
    _check(path, arrays)
    kept = [np.flatnonzero(arrays[4] == number)[:limit] for number in (0, 1)]
    rows = np.sort(np.concatenate(kept))
    images, alphabet, character, drawer, split, alphabets = arrays = *(array[rows] for array in arrays[:-1]), arrays[-1]
    whole = Split(images[..., None], alphabet.astype(np.int32), {"character": character, "drawer": drawer})
    held = drawer > _LAST_TRAINING_DRAWER
    train, validation, test = (whole[rows] for rows in ((split == 0) & ~held, (split == 0) & held, split == 1))
    if not len(train):
        raise UserError(
            f"Expected training images, of split 0 and drawers 1 to {_LAST_TRAINING_DRAWER}. Received: none in {path}."
        )
    return Dataset(
        "omniglot",
        train,
        validation if len(validation) else None,
        test if len(test) else None,
        tuple(alphabets.tolist()),
        "bytes",
        fingerprint("omniglot", *arrays),
    )


def read_parts(background: Path, evaluation: Path) -> list[np.ndarray]:
    """Return the drawings in the two official zip files, or in their unpacked folders, as arrays.

    They are images uint8 (N, 28, 28), alphabet, character, drawer (1 … 20), split (0 background, 1 evaluation) and
    alphabet_names. A drawing of 105×105 pixels is scaled by a box filter, after its ink has become 255 and its paper 0.
    """
    archives = [open_archive(path) for path in (background, evaluation)]
    drawings = [(archive, image) for archive in archives for image in archive.images]
    parts: list[tuple] = []  # (split, alphabet, character, drawer) of each drawing, as texts
    for archive, image in drawings:
        if not (found := _PATH.fullmatch(image.name)):
            raise UserError(
                f"Expected drawings alphabet/character01/0001_01.png. Received: {image.name} in {archive.path}."
            )
        parts.append((archives.index(archive), *found.groups()))
    identity = [*map(image_dataset.identity, archives), [(image.name, image.stamp) for _, image in drawings], _SIZE]
    images, _ = cache.prepared("omniglot", identity, len(drawings), lambda _: map(_drawing, drawings))
    alphabets = list(dict.fromkeys((split, name) for split, name, _, _ in parts))
    characters = {key: i for i, key in enumerate(dict.fromkeys(part[:3] for part in parts))}
    return [
        images,
        np.array([alphabets.index(part[:2]) for part in parts], np.uint8),
        np.array([characters[part[:3]] for part in parts], np.uint16),
        np.array([int(drawer) for *_, drawer in parts], np.uint8),
        np.array([split for split, *_ in parts], np.uint8),
        np.array([name for _, name in alphabets]),
    ]


def _drawing(place: tuple[Archive, ImageFile]) -> np.ndarray:
    """Return a drawing (28, 28), ink 255 on paper 0."""
    archive, image = place
    try:
        with Image.open(io.BytesIO(archive.read(image)), formats=("PNG",)) as drawing:
            ink = Image.fromarray(255 - np.asarray(drawing.convert("L")))
    except UserError:
        raise
    except Exception as error:  # Pillow and zipfile raise exceptions of many types for damaged bytes
        raise UserError(
            f"Expected undamaged drawings. Received: {image.name} in {archive.path}: {first_line(error)}. "
            "Get the file again."
        ) from error
    return np.asarray(ink.resize((_SIZE, _SIZE), Image.Resampling.BOX))


def _check(path: Path, arrays: list[np.ndarray]) -> None:
    images, alphabet, *_, alphabets = arrays
    if images.dtype != np.uint8 or images.ndim != 3 or not images.size:
        raise UserError(f"Expected images uint8 (N, 28, 28). Received: {path}: {images.dtype} {images.shape}.")
    if any(a.shape != images.shape[:1] or a.dtype.kind not in "iu" for a in arrays[1:-1]):
        received = ", ".join(f"{name} {a.dtype} {a.shape}" for name, a in zip(ARRAYS[1:-1], arrays[1:-1], strict=True))
        raise UserError(f"Expected one integer for each of {len(images)} images. Received: {path}: {received}.")
    if alphabets.ndim != 1 or alphabets.dtype.kind != "U" or alphabet.min() < 0 or alphabet.max() >= len(alphabets):
        raise UserError(
            f"Expected a name for each alphabet, 0 to {alphabet.max()}. "
            f"Received: {path}: alphabet_names {alphabets.dtype} {alphabets.shape}."
        )
