"""CIFAR-10, from small files of its record layout."""

import gzip

import numpy as np
import pytest

from kvae import data
from kvae.errors import UserError
from tests.data.dataset_splits import counts


def records(labels, red=10, green=20, blue=30) -> np.ndarray:
    """Return records of images of one colour, except for the red value of the pixel in row 1, column 2."""
    rows = np.empty((len(labels), 3073), np.uint8)
    rows[:, 0] = labels
    rows[:, 1:1025], rows[:, 1025:2049], rows[:, 2049:] = red, green, blue
    rows[:, 1 + 1 * 32 + 2] = 255
    return rows


def write(folder, name, rows):
    folder.mkdir(parents=True, exist_ok=True)
    content = rows.tobytes()
    (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)


def test_cifar10_images_have_channels_last(data_dir):
    write(data_dir / "cifar10", "data_batch_1.bin", records([3] * 10))
    dataset = data.load("cifar10")
    assert dataset.shape == (32, 32, 3)
    assert dataset.train.x[0, 0, 0].tolist() == [10, 20, 30]
    assert dataset.train.x[0, 1, 2].tolist() == [255, 20, 30]
    assert dataset.test is None
    assert dataset.label_names[dataset.train.y[0]] == "cat"


def test_cifar10_reads_all_files_and_splits_by_their_names(data_dir):
    folder = data_dir / "cifar10" / "cifar-10-batches-bin"
    write(folder, "data_batch_1.bin", records([2] * 12))
    write(folder, "more.bin.gz", records([7] * 8))
    write(folder, "test_batch.bin", records(range(10)))
    dataset = data.load("cifar10")
    assert counts(dataset) == (18, 2, 10)
    assert dataset.test.y.tolist() == list(range(10))


def test_cifar10_reads_a_file_with_a_gzipped_copy_once(data_dir):
    write(data_dir / "cifar10", "data_batch_1.bin", records([2] * 10))
    write(data_dir / "cifar10", "data_batch_1.bin.gz", records([2] * 10))
    dataset = data.load("cifar10")
    assert len(dataset.train) + len(dataset.validation) == 10


def test_cifar10_validation_depends_on_the_seed(data_dir):
    rows = records([1] * 50)
    rows[:, 1] = np.arange(50)
    write(data_dir / "cifar10", "data_batch_1.bin", rows)
    first, again, other = (data.load("cifar10", seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.validation.x, again.validation.x)
    assert first.fingerprint == again.fingerprint != other.fingerprint
    assert not np.array_equal(first.validation.x, other.validation.x)
    both = np.concatenate([first.train.x, first.validation.x])[:, 0, 0, 0]
    assert sorted(both) == list(range(50))


def test_cifar10_chosen_classes_are_numbered_in_the_order_given(data_dir):
    write(data_dir / "cifar10", "train.bin", records([7, 2, 5, 7, 2, 0] * 10))
    dataset = data.load("cifar10", classes=("horse", "bird"))
    assert dataset.label_names == ("horse", "bird")
    assert len(dataset.train) + len(dataset.validation) == 40
    assert set(dataset.train.y) == {0, 1}


def test_cifar10_with_unusable_records_is_refused(data_dir):
    folder = data_dir / "cifar10"
    write(folder, "test_batch.bin", records([1]))
    with pytest.raises(UserError, match="Expected training records"):
        data.load("cifar10")
    write(folder, "data_batch_1.bin", records([1])[:, :-1])
    with pytest.raises(UserError, match=r"records of 3073 bytes. Received: .*data_batch_1.bin of 3,072 bytes"):
        data.load("cifar10")
    write(folder, "data_batch_1.bin", records([10]))
    with pytest.raises(UserError, match="labels 0 to 9"):
        data.load("cifar10")


def test_cifar10_with_unknown_or_absent_classes_is_refused(data_dir):
    write(data_dir / "cifar10", "data_batch_1.bin", records([1]))
    with pytest.raises(UserError, match=r"classes='hors'. Did you mean horse"):
        data.load("cifar10", classes=("hors",))
    with pytest.raises(UserError, match="training images of classes"):
        data.load("cifar10", classes=("horse",))
