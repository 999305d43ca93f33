"""MNIST and Fashion-MNIST, from small idx files."""

import gzip
import math
import os

import numpy as np
import pytest

from kvae import data
from kvae.errors import UserError


def write_idx(path, values, zipped=False):
    content = bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">u4").tobytes() + values.tobytes()
    path = path.with_name(path.name + ".gz") if zipped else path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content) if zipped else content)
    return path


def write_mnist(folder, n=24, zipped=False):
    random = np.random.default_rng(0)
    for part, count in (("train", n), ("t10k", 6)):
        images = random.integers(0, 256, (count, 4, 3), np.uint8)
        write_idx(folder / f"{part}-images-idx3-ubyte", images, zipped)
        write_idx(folder / f"{part}-labels-idx1-ubyte", np.arange(count, dtype=np.uint8) % 10, zipped)
    return folder


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_mnist_validation_is_the_last_twelfth_of_the_training_file(data_dir, name):
    write_mnist(data_dir / name)
    dataset = data.load(name)
    random = np.random.default_rng(0)
    x, x_test = (
        random.integers(0, 256, (24, 4, 3, 1), np.uint8),
        random.integers(0, 256, (6, 4, 3, 1), np.uint8),
    )
    np.testing.assert_array_equal(np.concatenate([dataset.train.x, dataset.validation.x]), x)
    np.testing.assert_array_equal(dataset.test.x, x_test)
    assert len(dataset.validation) == 2
    assert dataset.train.y.dtype == np.int32
    assert dataset.train.y.tolist() == [i % 10 for i in range(22)]
    assert len(dataset.label_names) == 10


def test_mnist_gzipped_is_the_same_data(data_dir):
    write_mnist(data_dir / "mnist")
    plain = data.load("mnist")
    other = data_dir / "other"
    write_mnist(other / "mnist", zipped=True)
    zipped = data.load("mnist", data_dir=other)
    assert plain.fingerprint == zipped.fingerprint
    np.testing.assert_array_equal(plain.train.x, zipped.train.x)


def test_mnist_in_files_named_with_a_dot_is_the_same_data(data_dir):
    write_mnist(data_dir / "mnist")
    plain = data.load("mnist")
    for path in (data_dir / "mnist").iterdir():
        path.rename(path.with_name(path.name.replace("-idx", ".idx")))
    assert data.load("mnist").fingerprint == plain.fingerprint


def test_mnist_fingerprint_changes_with_one_pixel(data_dir):
    write_mnist(data_dir / "mnist")
    before = data.load("mnist").fingerprint
    path = data_dir / "mnist" / "t10k-images-idx3-ubyte"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert data.load("mnist").fingerprint != before


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-1], lambda b: b + b"\0", lambda b: b"", lambda b: b[:9], lambda b: b"PNG" + b[3:]]
)
def test_mnist_with_a_damaged_file_names_it(data_dir, damage):
    path = write_mnist(data_dir / "mnist") / "train-images-idx3-ubyte"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UserError, match=r"undamaged idx file of bytes. Received: .*train-images-idx3-ubyte"):
        data.load("mnist")


def test_mnist_with_a_truncated_gzip_file_names_it(data_dir):
    path = write_mnist(data_dir / "mnist", zipped=True) / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UserError, match=r"undamaged gzip file. Received: .*train-images-idx3-ubyte.gz"):
        data.load("mnist")


def test_mnist_with_unequal_numbers_of_images_and_labels_is_refused(data_dir):
    write_mnist(data_dir / "mnist")
    write_idx(data_dir / "mnist" / "train-labels-idx1-ubyte", np.zeros(23, np.uint8))
    with pytest.raises(UserError, match="one label each"):
        data.load("mnist")


def test_mnist_with_labels_above_nine_is_refused(data_dir):
    write_mnist(data_dir / "mnist")
    write_idx(data_dir / "mnist" / "train-labels-idx1-ubyte", np.full(24, 10, np.uint8))
    with pytest.raises(UserError, match="Expected labels 0 to 9"):
        data.load("mnist")


@pytest.mark.parametrize("shape", [(1,) * 255, (24, 0, 28)])
def test_mnist_with_images_of_another_rank_or_size_is_refused(data_dir, shape):
    write_mnist(data_dir / "mnist")
    path = data_dir / "mnist" / "train-images-idx3-ubyte"
    path.write_bytes(bytes([0, 0, 8, len(shape)]) + np.array(shape, ">u4").tobytes() + bytes(math.prod(shape)))
    with pytest.raises(UserError, match=r"Expected (an undamaged idx file|images \(N, H, W\))"):
        data.load("mnist")


def test_mnist_from_a_pipe_is_refused(data_dir):
    write_mnist(data_dir / "mnist")
    path = data_dir / "mnist" / "train-images-idx3-ubyte"
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(UserError, match="which is a pipe, a device or a socket"):
        data.load("mnist")
