"""Binarised MNIST, from a small `.npz` file."""

import numpy as np
import pytest

from kvae import data
from kvae.errors import UserError


def write_lines(folder):
    """Write small files in the official layout, and return the pixels {split: (N, 784)}."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    bits = {split: random.integers(0, 2, (n, 784)) for split, n in (("train", 3), ("valid", 2), ("test", 1))}
    for split, rows in bits.items():
        text = "".join(" ".join(map(str, row)) + "\n" for row in rows.tolist())
        (folder / f"binarized_mnist_{split}.amat").write_text(text)
    return bits


def test_binarized_mnist_in_official_files_equals_the_packed_form(data_dir):
    bits = write_lines(data_dir / "binarized_mnist")
    dataset = data.load("binarized_mnist")
    np.testing.assert_array_equal(dataset.validation.x, bits["valid"].reshape(-1, 28, 28, 1))
    other = data_dir / "other" / "binarized_mnist"
    other.mkdir(parents=True)
    packed = {split: np.packbits(rows.astype(np.uint8), axis=1) for split, rows in bits.items()}
    np.savez(other / "binarized_mnist_packed.npz", **packed)
    assert data.load("binarized_mnist", data_dir=data_dir / "other").fingerprint == dataset.fingerprint


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: t.replace("1", "2"), lambda t: t.replace(" ", "\t"), lambda t: ""]
)
def test_binarized_mnist_with_damaged_lines_is_refused(data_dir, change):
    write_lines(data_dir / "binarized_mnist")
    path = data_dir / "binarized_mnist" / "binarized_mnist_valid.amat"
    path.write_text(change(path.read_text()))
    with pytest.raises(
        UserError, match=r"Expected lines of 784 digits, 0 or 1. Received: .*binarized_mnist_valid.amat"
    ):
        data.load("binarized_mnist")


def test_binarized_mnist_is_unpacked(data_dir):
    (data_dir / "binarized_mnist").mkdir()
    bits = np.random.default_rng(0).integers(0, 2, (6, 784), np.uint8)
    packed = np.packbits(bits, axis=1)
    path = data_dir / "binarized_mnist" / "binarized_mnist_packed.npz"
    np.savez(path, train=packed[:3], valid=packed[3:5], test=packed[5:])
    dataset = data.load("binarized_mnist")
    assert dataset.support == "binary"
    assert dataset.train.y is None
    np.testing.assert_array_equal(dataset.train.x, bits[:3].reshape(3, 28, 28, 1))
    np.testing.assert_array_equal(dataset.test.x, bits[5:].reshape(1, 28, 28, 1))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(UserError, match=r"undamaged .npz file. Received: .*binarized_mnist_packed.npz"):
        data.load("binarized_mnist")


def test_binarized_mnist_with_rows_of_another_length_is_refused(data_dir):
    (data_dir / "binarized_mnist").mkdir()
    rows = np.zeros((2, 97), np.uint8)
    np.savez(data_dir / "binarized_mnist" / "binarized_mnist_packed.npz", train=rows, valid=rows, test=rows)
    with pytest.raises(UserError, match="rows of 98 bytes"):
        data.load("binarized_mnist")


def test_binarized_mnist_with_pickled_arrays_is_refused(data_dir):
    (data_dir / "binarized_mnist").mkdir()
    path = data_dir / "binarized_mnist" / "binarized_mnist_packed.npz"
    np.savez(path, train=np.array([{}], object), valid=np.zeros(1), test=np.zeros(1))
    with pytest.raises(UserError, match=r"undamaged .npz file"):
        data.load("binarized_mnist")
