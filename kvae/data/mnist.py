"""MNIST and Fashion-MNIST from their official idx files, gzipped or not."""

import math
from pathlib import Path

import numpy as np

from kvae.data.dataset import Dataset, Split
from kvae.data.fingerprint import fingerprint
from kvae.data.official_files import IDX, find
from kvae.errors import UserError
from kvae.files import read_bytes

_FASHION = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def mnist(folder: Path, *, limit: int | None = None) -> Dataset:
    """Return 55,000 training, 5,000 validation and 10,000 test digits (28, 28, 1).

    Validation images are the last 5,000 of the training file. With `limit`, they are a twelfth of its first images.
    """
    return _load("mnist", folder, tuple("0123456789"), limit)


def fashion_mnist(folder: Path, *, limit: int | None = None) -> Dataset:
    """Return 55,000 training, 5,000 validation and 10,000 test images of clothes (28, 28, 1).

    Validation images are the last 5,000 of the training file. With `limit`, they are a twelfth of its first images.
    """
    return _load("fashion_mnist", folder, _FASHION, limit)


def _load(name: str, folder: Path, label_names: tuple[str, ...], limit: int | None) -> Dataset:
    x, y, x_test, y_test = (_read_idx(find(folder, pattern)[0]) for pattern in IDX)
    for images, classes in ((x, y), (x_test, y_test)):
        if images.ndim != 3 or classes.shape != images.shape[:1] or not images.size:
            raise UserError(
                f"Expected images (N, H, W) and one label each in {folder}. "
                f"Received: images of shape {images.shape}, labels of shape {classes.shape}."
            )
        if classes.max() >= len(label_names):
            raise UserError(f"Expected labels 0 to {len(label_names) - 1} in {folder}. Received: {classes.max()}.")
    x, y, x_test, y_test = (array[:limit] for array in (x, y, x_test, y_test))
    whole = Split(x[..., None], y.astype(np.int32))
    n = len(x) - len(x) // 12  # 55,000 of 60,000
    test = Split(x_test[..., None], y_test.astype(np.int32))
    return Dataset(
        name,
        whole[:n],
        whole[n:] if n < len(x) else None,
        test,
        label_names,
        "bytes",
        fingerprint(name, x, y, x_test, y_test),
    )


def _read_idx(path: Path) -> np.ndarray:
    """Return the array in an idx file: two zeros, type 8, the rank, the lengths as big-endian uint32, the values."""
    data = read_bytes(path)
    rank = data[3] if len(data) > 3 and data[:3] == b"\0\0\x08" else 0  # 1 for labels, 3 for images
    shape = tuple(int.from_bytes(data[4 + 4 * axis : 8 + 4 * axis]) for axis in range(rank))
    if not 1 <= rank <= 3 or len(data) != 4 + 4 * rank + math.prod(shape):
        raise UserError(
            f"Expected an undamaged idx file of bytes. Received: {path} of {len(data):,} bytes "
            f"with the header {data[:4].hex()!r}. Get the file again."
        )
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)
