"""STL-10 from its official binary files, which store images channel by channel and column by column."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from kvae.data import cache
from kvae.data.dataset import Dataset, Split
from kvae.data.fingerprint import fingerprint
from kvae.data.official_files import find
from kvae.data.splits import held_out
from kvae.errors import UserError
from kvae.files import read_bytes
from kvae.images import decoding

LABELS = ("airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck")
_SHAPE = (3, 96, 96)  # of an image in the file: channel, column, row
_BYTES = 3 * 96 * 96  # of an image


def load(
    folder: Path, *, unlabelled: bool = False, size: int | None = None, limit: int | None = None, seed: int = 0
) -> Dataset:
    """Return 4,500 training, 500 validation and 8,000 test images (96, 96, 3), or (size, size, 3).

    `seed` draws the validation images from the 5,000 images of the training file. `unlabelled=True` adds the 100,000
    unlabelled images of `unlabeled_X.bin` to the training split, with the label -1. `limit` is the largest number of images
    that are read from each file.
    """
    decoding.check_size(size)
    x, x_test = _read_images(folder, "train_X.bin"), _read_images(folder, "test_X.bin")
    y, y_test = _read_labels(folder, "train_y.bin", len(x)), _read_labels(folder, "test_y.bin", len(x_test))
    x_unlabelled = _read_images(folder, "unlabeled_X.bin") if unlabelled else x[:0]
    x, y, x_test, y_test, x_unlabelled = (array[:limit] for array in (x, y, x_test, y_test, x_unlabelled))
    y_unlabelled = np.full(len(x_unlabelled), -1, np.int32)
    held = held_out(len(x), seed)
    contents = fingerprint(x, y, x_test, y_test, x_unlabelled)

    def split(name, y, *sources):
        """Return the split of the images `sources`, pairs of an array and of row numbers, with the labels `y`."""
        rows = [(source, i) for source, chosen in sources for i in chosen]
        array, _ = cache.prepared(f"stl10 {name}", [contents, seed, size], len(rows), lambda _: _rows(rows, size))
        return Split(array, y)

    return Dataset(
        "stl10",
        split(
            "train",
            np.concatenate([y[~held], y_unlabelled]),
            (x, np.flatnonzero(~held)),
            (x_unlabelled, range(len(x_unlabelled))),
        ),
        split("validation", y[held], (x, np.flatnonzero(held))) if held.any() else None,
        split("test", y_test, (x_test, range(len(x_test)))),
        LABELS,
        "bytes",
        fingerprint("stl10", contents, seed, size),
    )


def _rows(rows: list[tuple[np.ndarray, int]], size: int | None) -> Iterator[np.ndarray]:
    for source, i in rows:
        yield decoding.resize(source[i].transpose(2, 1, 0), size)  # (channel, column, row) -> (row, column, channel)


def _read_images(folder: Path, name: str) -> np.ndarray:
    """Return a memory map of images (N, channel, column, row)."""
    paths = find(folder, name)
    size = paths[0].stat().st_size if paths else 0
    if not size or size % _BYTES:
        raise UserError(f"Expected images of {_BYTES:,} bytes each in {folder / name}. Received: {size:,} bytes.")
    return np.memmap(paths[0], np.uint8, mode="r").reshape(-1, *_SHAPE)


def _read_labels(folder: Path, name: str, n: int) -> np.ndarray:
    """Return class indices (N,), 0 to 9. The labels in the file are 1 to 10."""
    y = np.frombuffer(read_bytes(find(folder, name)[0]), np.uint8).astype(np.int32) - 1
    if len(y) != n or y.min() < 0 or y.max() >= len(LABELS):
        raise UserError(
            f"Expected {n:,} labels from 1 to 10 in {folder / name}. Received: {len(y):,} labels, or other values."
        )
    return y
