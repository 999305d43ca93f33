"""Handwritten digits of 8×8 pixels (UCI), which are part of scikit-learn. Nothing has to be downloaded."""

import numpy as np

from kvae.data.dataset import Dataset, Split
from kvae.data.fingerprint import fingerprint
from kvae.data.splits import permutation


def load() -> Dataset:
    """Return 1,797 digits (8, 8, 1), with the grey values 0 … 16 scaled to bytes 0 … 255.

    There are 1,437 training, 180 validation and 180 test images. The splits do not depend on a seed, so that metrics of
    different runs can be compared.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    x = np.rint(bunch.images[..., None] * (255 / 16)).astype(np.uint8)  # (N, 8, 8, 1)
    y = bunch.target.astype(np.int32)
    order = permutation(len(x), seed=0)
    validation, test, train = (Split(x[rows], y[rows]) for rows in np.split(order, [180, 360]))
    return Dataset("digits", train, validation, test, tuple("0123456789"), "bytes", fingerprint("digits", x, y))
