"""MNIST with fixed binarisation (Salakhutdinov and Murray 2008), on which likelihoods are usually compared."""

from pathlib import Path

import numpy as np

from kvae.data.dataset import Dataset, Split
from kvae.data.fingerprint import fingerprint
from kvae.data.npz import read_arrays
from kvae.data.official_files import find
from kvae.data.sources.binarized_mnist import PACKED, SOURCE
from kvae.errors import UserError
from kvae.files import read_bytes

_LINE = np.frombuffer(b"0 " * 783 + b"0\n", np.uint8)


def load(folder: Path, *, limit: int | None = None) -> Dataset:
    """Return 50,000 training, 10,000 validation and 10,000 test images (28, 28, 1) of 0 and 1, without labels.

    The official files are read, or else a smaller file with the arrays train, valid and test, each uint8 (N, 98): the 784
    bits of an image as `numpy.packbits` packs them.
    """
    paths = [find(folder, file.name) for file in SOURCE.files]
    packed = [read_lines(path[0]) for path in paths] if all(paths) else _read_packed(find(folder, PACKED)[0])
    packed = [rows[:limit] for rows in packed]
    train, validation, test = (Split(np.unpackbits(rows, axis=1).reshape(-1, 28, 28, 1)) for rows in packed)
    return Dataset("binarized_mnist", train, validation, test, (), "binary", fingerprint("binarized_mnist", *packed))


def read_lines(path: Path) -> np.ndarray:
    """Return the images in an official file, uint8 (N, 98): 784 bits in a row, packed.

    A line of the file has 784 digits, 0 or 1, with a blank after each, and a line feed after the last.
    """
    text = np.frombuffer(read_bytes(path), np.uint8)
    lines = text[: len(text) // len(_LINE) * len(_LINE)].reshape(-1, len(_LINE))
    bits = lines - _LINE
    if not len(lines) or lines.size < len(text) or bits.max() > 1 or bits[:, 1::2].any():
        raise UserError(f"Expected lines of 784 digits, 0 or 1. Received: {path}. Get the file again.")
    return np.packbits(bits[:, ::2], axis=1)


def _read_packed(path: Path) -> list[np.ndarray]:
    packed = read_arrays(path, "train", "valid", "test")
    for rows in packed:
        if rows.dtype != np.uint8 or rows.ndim != 2 or rows.shape[1] != 98 or not len(rows):
            raise UserError(f"Expected rows of 98 bytes. Received: {path}: {rows.dtype} {rows.shape}.")
    return packed
