"""MNIST with fixed binarisation (Salakhutdinov and Murray 2008), on which likelihoods are usually compared."""

from pathlib import Path

import numpy as np

from kvae.data.dataset import Dataset, Split
from kvae.data.fingerprint import fingerprint
from kvae.data.npz import read_arrays
from kvae.data.official_files import BINARIZED_MNIST, find
from kvae.errors import UserError


def load(folder: Path) -> Dataset:
    """Return 50,000 training, 10,000 validation and 10,000 test images (28, 28, 1) of 0 and 1, without labels.

    The file holds the arrays train, valid and test, each uint8 (N, 98): the 784 bits of an image as `numpy.packbits`
    packs them.
    """
    path = find(folder, BINARIZED_MNIST[0])[0]
    packed = read_arrays(path, "train", "valid", "test")
    for rows in packed:
        if rows.dtype != np.uint8 or rows.ndim != 2 or rows.shape[1] != 98 or not len(rows):
            raise UserError(f"Expected rows of 98 bytes. Received: {path}: {rows.dtype} {rows.shape}.")
    train, validation, test = (Split(np.unpackbits(rows, axis=1).reshape(-1, 28, 28, 1)) for rows in packed)
    return Dataset("binarized_mnist", train, validation, test, (), "binary", fingerprint("binarized_mnist", *packed))
