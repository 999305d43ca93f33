"""Omniglot and binarised MNIST, from small `.npz` files."""

import numpy as np
import pytest

from kvae import data
from kvae.errors import UserError
from tests.data.dataset_splits import counts


def write_omniglot(folder):
    folder.mkdir(parents=True)
    n = 3 * 20  # three characters, two of them background, each drawn by twenty people
    arrays = {
        "images": np.random.default_rng(0).integers(0, 256, (n, 28, 28), np.uint8),
        "alphabet": np.repeat(np.array([1, 1, 0], np.uint8), 20),
        "character": np.repeat(np.arange(3, dtype=np.uint16), 20),
        "drawer": np.tile(np.arange(1, 21, dtype=np.uint8), 3),
        "split": np.repeat(np.array([0, 0, 1], np.uint8), 20),
        "alphabet_names": np.array(["Angelic", "Greek"]),
    }
    np.savez(folder / "omniglot_28x28.npz", **arrays)
    return arrays


def test_omniglot_validation_holds_two_drawers(data_dir):
    arrays = write_omniglot(data_dir / "omniglot")
    dataset = data.load("omniglot")
    assert counts(dataset) == (36, 4, 20)
    assert set(dataset.validation.columns["drawer"]) == {19, 20}
    assert set(dataset.test.y) == {0}
    assert dataset.label_names == ("Angelic", "Greek")
    np.testing.assert_array_equal(dataset.test.x[..., 0], arrays["images"][40:])


def test_omniglot_without_an_array_is_refused(data_dir):
    (data_dir / "omniglot").mkdir()
    np.savez(data_dir / "omniglot" / "omniglot_28x28.npz", images=np.zeros((1, 28, 28), np.uint8))
    with pytest.raises(UserError, match="Expected the arrays images, alphabet"):
        data.load("omniglot")


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
