"""Binarised MNIST, from a small `.npz` file."""

import numpy as np
import pytest

from kvae import data
from kvae.errors import UserError


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
