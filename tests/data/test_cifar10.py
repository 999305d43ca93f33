import gzip

import numpy as np
import pytest

from kvae import data
from kvae.errors import UserError


def records(labels, red=10, green=20, blue=30) -> np.ndarray:
    """Records of images of one colour, but for a red pixel in row 1, column 2."""
    rows = np.empty((len(labels), 3073), np.uint8)
    rows[:, 0] = labels
    rows[:, 1:1025], rows[:, 1025:2049], rows[:, 2049:] = red, green, blue
    rows[:, 1 + 1 * 32 + 2] = 255
    return rows


def write(folder, name, rows):
    folder.mkdir(parents=True, exist_ok=True)
    content = rows.tobytes()
    (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)


def test_records_become_images_with_channels_last(data_dir):
    write(data_dir / "cifar10", "data_batch_1.bin", records([3] * 10))
    dataset = data.load("cifar10")
    assert dataset.shape == (32, 32, 3)
    assert dataset.train.x[0, 0, 0].tolist() == [10, 20, 30]
    assert dataset.train.x[0, 1, 2].tolist() == [255, 20, 30]
    assert dataset.test is None
    assert dataset.label_names[dataset.train.y[0]] == "cat"


def test_any_file_of_the_layout_is_read_and_test_files_are_test(data_dir):
    folder = data_dir / "cifar10" / "cifar-10-batches-bin"
    write(folder, "data_batch_1.bin", records([2] * 12))
    write(folder, "more.bin.gz", records([7] * 8))
    write(folder, "test_batch.bin", records(range(10)))
    dataset = data.load("cifar10")
    assert [len(s) for s in (dataset.train, dataset.validation, dataset.test)] == [18, 2, 10]
    assert dataset.test.y.tolist() == list(range(10))


def test_a_file_beside_its_gzipped_copy_counts_once(data_dir):
    write(data_dir / "cifar10", "data_batch_1.bin", records([2] * 10))
    write(data_dir / "cifar10", "data_batch_1.bin.gz", records([2] * 10))
    dataset = data.load("cifar10")
    assert len(dataset.train) + len(dataset.validation) == 10


def test_validation_is_drawn_by_the_seed(data_dir):
    rows = records([1] * 50)
    rows[:, 1] = np.arange(50)
    write(data_dir / "cifar10", "data_batch_1.bin", rows)
    first, again, other = (data.load("cifar10", seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.validation.x, again.validation.x)
    assert first.fingerprint == again.fingerprint != other.fingerprint
    assert not np.array_equal(first.validation.x, other.validation.x)
    both = np.concatenate([first.train.x, first.validation.x])[:, 0, 0, 0]
    assert sorted(both) == list(range(50))


def test_classes_are_numbered_in_the_order_given(data_dir):
    write(data_dir / "cifar10", "train.bin", records([7, 2, 5, 7, 2, 0] * 10))
    dataset = data.load("cifar10", classes=("horse", "bird"))
    assert dataset.label_names == ("horse", "bird")
    assert len(dataset.train) + len(dataset.validation) == 40
    assert set(dataset.train.y) == {0, 1}


def test_refusals(data_dir):
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
    write(folder, "data_batch_1.bin", records([1]))
    with pytest.raises(UserError, match=r"classes='hors'. Did you mean horse"):
        data.load("cifar10", classes=("hors",))
    with pytest.raises(UserError, match="training images of classes"):
        data.load("cifar10", classes=("horse",))
