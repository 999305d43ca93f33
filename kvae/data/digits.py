"""Handwritten digits of 8×8 pixels (UCI), which are part of scikit-learn. Nothing has to be downloaded."""

import numpy as np

from kvae.data.dataset import Dataset, Split
from kvae.data.fingerprint import fingerprint
from kvae.data.splits import permutation


def load(*, limit: int | None = None) -> Dataset:
    """Return 1,797 digits (8, 8, 1), with the grey values 0 … 16 scaled to bytes 0 … 255.

    There are 1,437 training, 180 validation and 180 test images. The splits do not depend on a seed, so that metrics of
    different runs can be compared. With `limit`, a tenth of the first digits are validation and as many are test images.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    x = np.rint(bunch.images[:limit, ..., None] * (255 / 16)).astype(np.uint8)  # (N, 8, 8, 1)
    y = bunch.target[:limit].astype(np.int32)
    order, held = permutation(len(x), seed=0), round(len(x) / 10)  # 180 of 1,797
    *parts, rest = np.split(order, [held, 2 * held])
    validation, test = (Split(x[rows], y[rows]) if len(rows) else None for rows in parts)
    train = Split(x[rest], y[rest])
    return Dataset("digits", train, validation, test, tuple("0123456789"), "bytes", fingerprint("digits", x, y))
