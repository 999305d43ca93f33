"""STL-10, from small files in the official layout."""

import numpy as np
import pytest

from kvae import data
from kvae.errors import UserError
from tests.data.dataset_splits import counts, splits


def write_stl10(folder, n=20, n_test=5, n_unlabelled=7):
    """Write the official layout: channel, column, row. Image i has the value i in every pixel except one."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, count in (("train", n), ("test", n_test), ("unlabeled", n_unlabelled)):
        x = np.empty((count, 3, 96, 96), np.uint8)
        x[:] = np.arange(count)[:, None, None, None]
        x[:, 1, 5, 2] = 200  # green, column 5, row 2
        (folder / f"{name}_X.bin").write_bytes(x.tobytes())
        if name != "unlabeled":
            (folder / f"{name}_y.bin").write_bytes((np.arange(count) % 10 + 1).astype(np.uint8).tobytes())


def test_stl10_images_have_rows_columns_and_channels_in_order(data_dir):
    write_stl10(data_dir / "stl10" / "stl10_binary")
    dataset = data.load("stl10")
    assert counts(dataset) == (18, 2, 5)
    assert dataset.shape == (96, 96, 3)
    assert dataset.test.x[4, 2, 5].tolist() == [4, 200, 4]
    assert dataset.test.x[4, 5, 2].tolist() == [4, 4, 4]


def test_stl10_labels_begin_at_zero_and_match_their_images(data_dir):
    write_stl10(data_dir / "stl10")
    dataset = data.load("stl10", seed=3)
    for split in splits(dataset):
        np.testing.assert_array_equal(split.y, split.x[:, 0, 0, 0] % 10)
    assert dataset.label_names[0] == "airplane"


def test_stl10_unlabelled_images_are_added_to_the_training_split(data_dir):
    write_stl10(data_dir / "stl10")
    dataset = data.load("stl10", unlabelled=True, size=64)
    assert len(dataset.train) == 18 + 7
    assert len(dataset.validation) == 2
    assert dataset.train.y[-7:].tolist() == [-1] * 7
    assert dataset.train.x[-7:, 0, 0, 0].tolist() == list(range(7))
    assert dataset.shape == (64, 64, 3)
    assert isinstance(dataset.train.x, np.memmap)
    assert dataset.fingerprint != data.load("stl10", size=64).fingerprint


def test_stl10_after_a_changed_file_is_prepared_again(data_dir):
    write_stl10(data_dir / "stl10")
    before = data.load("stl10")
    path = data_dir / "stl10" / "test_X.bin"
    path.write_bytes(path.read_bytes()[:-1] + b"\xff")
    after = data.load("stl10")
    assert after.fingerprint != before.fingerprint
    assert after.test.x[-1, -1, -1, -1] == 255


def test_stl10_with_missing_or_unusable_files_is_refused(data_dir):
    folder = data_dir / "stl10"
    write_stl10(folder)
    (folder / "unlabeled_X.bin").unlink()
    with pytest.raises(UserError, match=r"unlabeled_X.bin"):
        data.load("stl10", unlabelled=True)
    (folder / "train_y.bin").write_bytes(b"\x00" * 20)
    with pytest.raises(UserError, match="20 labels from 1 to 10"):
        data.load("stl10")
    (folder / "train_X.bin").write_bytes(b"\x00" * 100)
    with pytest.raises(UserError, match=r"27,648 bytes each in .*train_X.bin. Received: 100 bytes"):
        data.load("stl10")
