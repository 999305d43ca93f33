"""Dataset and Split: summaries, rows, and repeated or fewer training examples."""

import dataclasses
import zipfile

import numpy as np
import pytest

import kvae
from kvae.data import Dataset, Split
from kvae.data.npz import read_arrays
from kvae.errors import UserError


def small(**changes) -> Dataset:
    x = np.arange(5 * 2 * 3, dtype=np.uint8).reshape(5, 2, 3, 1)
    settings = {
        "name": "small",
        "train": Split(x, np.arange(5, dtype=np.int32)),
        "validation": None,
        "test": Split(x[:2]),
        "label_names": tuple("abcde"),
        "support": "bytes",
        "fingerprint": "0",
    }
    return Dataset(**(settings | changes))


def test_summary_of_images_states_counts_shape_range_and_labels():
    assert small().summary() == "small: 5 train, 2 test; images of 2×3×1, bytes from 0 to 29; 5 classes."


def test_summary_of_points_states_attributes_and_notes():
    attributes = Split(np.zeros((4, 2), np.float32), np.ones((4, 1), np.uint8))
    dataset = small(train=attributes, test=None, label_names=("Male",), support="real", notes=("Mind the gap.",))
    assert dataset.summary() == "small: 4 train; points of 2, real from 0 to 0; 1 attribute.\nMind the gap."


def test_dataset_shape_is_that_of_one_example():
    assert small().shape == (2, 3, 1)
    assert len(small().train) == 5


def test_split_rows_keep_their_labels_and_columns():
    split = Split(np.arange(3.0), np.arange(3), {"file": np.array(["a", "b", "c"])})[[2, 0]]
    assert (split.x.tolist(), split.y.tolist(), split.columns["file"].tolist()) == (
        [2, 0],
        [2, 0],
        ["c", "a"],
    )


@pytest.mark.parametrize("arrays", [{"y": np.zeros(2)}, {"columns": {"file": np.zeros(4)}}])
def test_split_with_labels_or_columns_of_another_length_is_refused(arrays):
    with pytest.raises(UserError, match=r"one entry of (y|file) per example. Received: [24] for 3 examples"):
        Split(np.zeros((3, 2)), **arrays)


def test_at_most_keeps_the_first_training_examples_of_each_class():
    dataset = kvae.data.load("digits")
    fewer = dataset.at_most([3, 5, *[1000] * 8])
    assert np.bincount(fewer.train.y)[:2].tolist() == [3, 5]
    assert np.bincount(fewer.train.y)[2] == np.bincount(dataset.train.y)[2]
    first = np.flatnonzero(dataset.train.y == 0)[:3]
    np.testing.assert_array_equal(fewer.train.x[fewer.train.y == 0], dataset.train.x[first])
    assert fewer.validation is dataset.validation
    assert fewer.fingerprint != dataset.fingerprint == kvae.data.load("digits").fingerprint
    with pytest.raises(UserError, match="a number for each class"):
        dataset.at_most([3])


def test_at_most_of_a_number_keeps_the_first_training_examples():
    dataset = kvae.data.load("digits")
    fewer = dataset.at_most(300)
    np.testing.assert_array_equal(fewer.train.x, dataset.train.x[:300])
    assert fewer.validation is dataset.validation
    assert fewer.notes == ("The first 300 training examples were kept.",)
    assert fewer.fingerprint not in (dataset.fingerprint, dataset.at_most(301).fingerprint)
    assert len(dataset.at_most(np.int64(3000)).train) == 1437


@pytest.mark.parametrize("counts", [-1, 2.5, True, "3", None, [3, -1], [1.5] * 10])
def test_at_most_of_anything_but_numbers_is_refused(counts):
    with pytest.raises(
        UserError, match=r"Expected a number of training examples, or one for each class. Received: counts="
    ):
        kvae.data.load("digits").at_most(counts)


def test_training_examples_become_the_validation_split_and_the_validation_split_is_tested():
    rng = np.random.default_rng(0)
    persons = rng.integers(0, 300, 1000)

    def split(start, stop):
        rows = np.arange(start, stop)
        return Split(rows[:, None].astype("float32"), None, {"identity": persons[start:stop]})

    before = Dataset("faces", split(0, 900), split(900, 1000), None, (), "real", "f")
    after = before.with_test(100)
    assert after.test is before.validation
    assert 90 <= len(after.validation) <= 100
    rows = np.concatenate([after.train.x, after.validation.x])[:, 0]
    np.testing.assert_array_equal(np.sort(rows), np.arange(900))
    assert not set(after.train.columns["identity"]) & set(after.validation.columns["identity"])
    assert after.fingerprint != before.fingerprint
    np.testing.assert_array_equal(before.with_test(100).train.x, after.train.x)
    assert after.with_test(100) is after
    assert before.with_test(None) is before
    with pytest.raises(UserError, match="from 1 to 899"):
        before.with_test(900)


def test_repeating_rare_attributes_repeats_training_examples():
    y = np.array([[1, 0], [0, 1], [0, 1], [0, 1], [0, 0], [0, 1], [0, 1], [0, 0], [0, 0], [0, 0]], np.uint8)
    dataset = small(train=Split(np.arange(10.0), y, {"file": np.arange(10)}), label_names=("hat", "male"))
    often = dataset.repeating(["hat", "male"], 0.4)  # frequencies: one tenth and one half
    assert np.bincount(often.train.columns["file"]).tolist() == [4, *[1] * 9]
    assert often.train.x.tolist() == often.train.columns["file"].tolist()
    assert often.train.y.mean(axis=0)[0] == pytest.approx(4 / 13)
    assert often.test is dataset.test
    assert "hat 31%" in often.summary()
    assert often.fingerprint != dataset.fingerprint
    assert dataset.repeating([], 0.4) is dataset
    assert dataset.repeating(["hat"], 0.0) is dataset
    with pytest.raises(UserError, match=r"labels of small to repeat. Received: hut"):
        dataset.repeating(["hut", "hat"], 0.4)
    with pytest.raises(UserError, match="labels of small to repeat"):
        small(train=Split(dataset.train.x)).repeating(["a"], 0.4)


def test_repeating_a_rare_class_repeats_training_examples():
    dataset = small(train=Split(np.arange(10.0), np.array([0] * 9 + [1])), label_names=("many", "one"))
    assert dataset.repeating(["one"], 0.5).train.x.tolist() == [*range(9), 9, 9, 9, 9, 9]


def test_from_arrays_splits_and_keeps_examples_with_their_labels(rng):
    x, y = rng.integers(0, 256, (50, 4, 4, 1), "uint8"), np.arange(50) % 3
    dataset = Dataset.from_arrays(x, y, label_names=("a", "b", "c"))
    parts = (dataset.train, dataset.validation, dataset.test)
    assert [len(part) for part in parts] == [40, 5, 5]
    assert dataset.support == "bytes"
    rows = {image.tobytes(): label for image, label in zip(x, y, strict=True)}
    assert {image.tobytes(): label for part in parts for image, label in zip(part.x, part.y, strict=True)} == rows
    assert dataset.fingerprint == Dataset.from_arrays(x, y, label_names=("a", "b", "c")).fingerprint
    assert dataset.fingerprint != Dataset.from_arrays(x, 2 - y, label_names=("a", "b", "c")).fingerprint
    assert repr(dataset) == "<Dataset arrays: 40 train, 5 validation, 5 test; images of 4×4×1; 3 classes>"


@pytest.mark.parametrize("x", [np.zeros(5), np.zeros((0, 3)), np.array([["a", "b"]]), 3])
def test_from_arrays_of_no_examples_is_refused(x):
    with pytest.raises(UserError, match="Expected examples"):
        Dataset.from_arrays(x)


@pytest.mark.parametrize(
    "y",
    [
        np.array(1),
        np.zeros(5),
        np.arange(6) - 2,
        np.full(6, 2**31 - 1),
        np.full(6, 0.5),
        np.full((6, 2), 2),
        np.array(["a"] * 6),
        np.zeros((6, 2, 2, 1)),
    ],
)
def test_from_arrays_with_labels_that_are_none_is_refused(y):
    with pytest.raises(UserError, match=r"Expected y with one class .* for each of 6 examples. Received: y "):
        Dataset.from_arrays(np.zeros((6, 3)), y)


def test_read_arrays_of_a_file_whose_first_byte_is_missing_is_refused(tmp_path):
    np.savez(tmp_path / "x.npz", x=np.zeros((6, 3)))
    (tmp_path / "x.npz").write_bytes((tmp_path / "x.npz").read_bytes()[1:])
    with pytest.raises(UserError, match=r"Expected an undamaged .npz file. Received: .*x.npz"):
        read_arrays(tmp_path / "x.npz", "x")


def test_load_npz_with_a_header_that_asks_for_more_memory_than_the_file_has_is_refused(tmp_path):
    header = {"descr": "<f4", "fortran_order": False, "shape": (2**36,)}
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive, archive.open("x.npy", "w") as file:
        np.lib.format.write_array_header_1_0(file, header)
    with pytest.raises(UserError, match=r"Expected an undamaged .npz file. Received: .*buffer is too small"):
        kvae.data.load(f"npz:{tmp_path}/x.npz")


@pytest.mark.parametrize("name", ["x", "y", "label_names"])
def test_load_npz_with_a_single_value_instead_of_an_array_is_refused(tmp_path, name):
    arrays = {"x": np.zeros((6, 3)), "y": np.zeros(6), "label_names": np.array(["cat"]), name: np.array(0)}
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(UserError, match=rf"Received: .*{name} int64 \(\)"):
        kvae.data.load(f"npz:{tmp_path}/x.npz")


def test_load_npz_reads_arrays_and_a_path_suggests_the_name(tmp_path, rng):
    np.savez(tmp_path / "mine.npz", x=rng.random((20, 3), "float32"), y=np.arange(20) % 2)
    dataset = kvae.data.load(f"npz:{tmp_path}/mine.npz")
    assert dataset.support == "real"
    assert dataset.train.x.shape == (16, 3)
    with pytest.raises(UserError, match=f"Did you mean npz:{tmp_path}/mine.npz"):
        kvae.data.load(f"{tmp_path}/mine.npz")
    with pytest.raises(UserError, match=f"Did you mean folder:{tmp_path}"):
        kvae.data.load(str(tmp_path))


def test_from_arrays_with_images_as_y_keeps_pairs_together(rng, tmp_path):
    x = rng.integers(0, 256, (20, 4, 4, 1), "uint8")
    np.savez(tmp_path / "x.npz", x=x, y=255 - x)
    for dataset in (Dataset.from_arrays(x, 255 - x), kvae.data.load(f"npz:{tmp_path}/x.npz")):
        assert (dataset.label_names, len(dataset.train), len(dataset.test)) == ((), 16, 2)
        for part in (dataset.train, dataset.validation, dataset.test):
            np.testing.assert_array_equal(part.y, 255 - part.x)
        assert "targets of 4×4×1" in dataset.summary()
        with pytest.raises(UserError, match="a number for each class"):
            dataset.at_most([3, 4])


def test_data_without_copies_lack_images_that_look_the_same(rng):
    def images(n):
        return rng.integers(0, 256, (n, 16, 16, 3)).astype("uint8").repeat(2, axis=1).repeat(2, axis=2)

    train, validation, test = images(20), images(6), images(5)
    copies = (0.5 * np.stack([train[3], validation[0], test[1]]) + 40).astype("uint8")[
        :, ::2, ::2
    ]  # smaller and darker
    splits = (Split(x, np.arange(len(x), dtype="int32")) for x in (train, validation, test))
    before = Dataset("small", *splits, (), "bytes", "0" * 64)
    others = dataclasses.replace(before, name="another set", test=Split(copies))
    after = before.without_copies(others)
    assert after.train.y.tolist() == [y for y in range(20) if y != 3]
    assert after.validation.y.tolist() == [1, 2, 3, 4, 5]
    assert len(after.test) == 5
    assert after.fingerprint != before.fingerprint
    assert "1 of train; 1 of validation" in after.notes[-1]
    assert len(before.without_copies(dataclasses.replace(before, test=Split(images(3)))).train) == 20
    for wrong in (
        dataclasses.replace(before, test=None),
        dataclasses.replace(before, train=Split(train[..., :1]), test=Split(copies[..., :1])),
    ):
        with pytest.raises(UserError, match="channels of small"):
            before.without_copies(wrong)
