"""`limit`: the first examples of each part into which the files divide a data set."""

import numpy as np
import pytest

from kvae import data, zoo
from kvae.data.splits import first_of_each
from kvae.errors import UserError
from tests.data.dataset_splits import counts
from tests.data.test_binarized_mnist import write_lines
from tests.data.test_celeba import write_celeba
from tests.data.test_cifar10 import records, write
from tests.data.test_mnist import write_mnist
from tests.data.test_omniglot import write_omniglot
from tests.data.test_stl10 import write_stl10


def test_first_of_each_takes_one_example_of_each_group_in_turn():
    assert first_of_each(list("aaabbc"), 4).tolist() == [True, True, False, True, False, True]
    assert first_of_each(list("aaab"), None).all()
    assert first_of_each(list("aaab"), 9).all()


@pytest.mark.parametrize("limit", [0, -1, 2.5, "3", True])
def test_limit_that_is_no_positive_number_is_refused(limit):
    with pytest.raises(UserError, match=r"Expected a positive number of examples. Received: limit="):
        data.load("digits", limit=limit)


def test_limit_of_mnist_cuts_each_file(data_dir):
    write_mnist(data_dir / "mnist", n=48)
    whole, dataset = data.load("mnist"), data.load("mnist", limit=12)
    assert counts(dataset) == (11, 1, 6)
    np.testing.assert_array_equal(dataset.train.x, whole.train.x[:11])
    np.testing.assert_array_equal(dataset.validation.x[0], whole.train.x[11])
    assert dataset.fingerprint != whole.fingerprint
    assert dataset.notes == ("At most 12 examples of each part of the data were read (limit).",)


@pytest.mark.parametrize(("limit", "expected"), [(50, (40, 5, 5)), (4, (4, None, None)), (9999, (1437, 180, 180))])
def test_limit_of_digits_draws_held_out_digits_from_the_first(limit, expected):
    assert counts(data.load("digits", limit=limit)) == expected


def test_limit_of_all_examples_does_not_change_the_fingerprint():
    assert data.load("digits", limit=9999).fingerprint == data.load("digits").fingerprint


def test_limit_of_the_swiss_roll_is_the_number_of_points():
    assert counts(data.load("swiss_roll", limit=30)) == (30, 30, 30)
    assert data.load("swiss_roll", limit=30).fingerprint == data.load("swiss_roll", n=30).fingerprint
    assert counts(data.load("swiss_roll", n=20, limit=30)) == (20, 20, 20)


def test_limit_of_binarized_mnist_cuts_each_file(data_dir):
    bits = write_lines(data_dir / "binarized_mnist")
    dataset = data.load("binarized_mnist", limit=2)
    assert counts(dataset) == (2, 2, 1)
    np.testing.assert_array_equal(dataset.train.x[..., 0].reshape(2, -1), bits["train"][:2])


def test_limit_of_omniglot_cuts_both_parts(data_dir):
    write_omniglot(data_dir / "omniglot")
    assert counts(data.load("omniglot", limit=20)) == (18, 2, 20)
    assert counts(data.load("omniglot", limit=5)) == (5, None, 5)


def test_limit_of_cifar10_counts_the_chosen_classes(data_dir):
    for name in ("data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"):
        write(data_dir / "cifar10", name, records(4 * [*range(10)]))
    assert counts(data.load("cifar10", classes=("bird",), limit=5)) == (5, None, 4)
    assert counts(data.load("cifar10", limit=20)) == (18, 2, 20)
    assert data.load("cifar10", limit=5).fingerprint != data.load("cifar10", limit=6).fingerprint


def test_limit_of_stl10_cuts_each_file(data_dir):
    write_stl10(data_dir / "stl10")
    dataset = data.load("stl10", limit=3, unlabelled=True)
    assert len(dataset.train) + len(dataset.validation or ()) == 6
    assert len(dataset.test) == 3


def test_limit_of_celeba_takes_the_first_images_before_they_are_divided(data_dir):
    """The published results use the first 10,000 images. All are training images, so that validation images are drawn."""
    write_celeba(data_dir / "celeba", n=30, parts=[0] * 20 + [1] * 5 + [2] * 5)
    assert counts(data.load("celeba", size=8)) == (20, 5, 5)
    dataset = data.load("celeba", size=8, limit=20)
    assert counts(dataset) == (18, 2, None)
    files = [*dataset.train.columns["file"], *dataset.validation.columns["file"]]
    assert sorted(files) == [f"{i:06}.png" for i in range(1, 21)]


def test_limit_of_paintings_takes_each_artist_in_turn(data_dir, paint):
    for artist in ("a", "b", "c"):
        for i in range(1, 9):
            paint(data_dir / "paintings" / artist / f"{i:04}.png")
    dataset = data.load("paintings", size=8, artists=("c", "a"), limit=5)
    files = np.concatenate(
        [split.columns["file"] for split in (dataset.train, dataset.validation, dataset.test) if split]
    )
    assert sorted(files) == ["a/0001.png", "a/0002.png", "a/0003.png", "c/0001.png", "c/0002.png"]
    assert dataset.label_names == ("c", "a")


def test_limit_of_a_folder_is_that_of_all_its_images(tmp_path, paint):
    for name in ("cats", "dogs"):
        for i in range(30):
            paint(tmp_path / "pets" / name / f"{i:02}.png")
    dataset = data.load(f"folder:{tmp_path / 'pets'}", limit=40)
    assert sum(counts(dataset)) == 40
    every = np.concatenate([dataset.train.y, dataset.validation.y, dataset.test.y])
    assert np.bincount(every).tolist() == [20, 20]
    whole = data.load(f"folder:{tmp_path / 'pets'}")
    assert set(dataset.validation.columns["file"]) <= set(whole.validation.columns["file"])


def test_limit_of_a_folder_with_splits_is_that_of_each_split(tmp_path, paint):
    for split, n in (("train", 9), ("val", 5), ("test", 2)):
        for i in range(n):
            paint(tmp_path / "own" / split / f"{i}.png")
    assert counts(data.load(f"folder:{tmp_path / 'own'}", limit=4)) == (4, 4, 2)


def test_limit_of_arrays_is_that_of_all_examples(tmp_path):
    np.savez(tmp_path / "own.npz", x=np.arange(80, dtype=np.uint8).reshape(40, 2), y=np.arange(40) % 3)
    dataset = data.load(f"npz:{tmp_path / 'own.npz'}", limit=20)
    assert counts(dataset) == (16, 2, 2)
    assert max(split.x.max() for split in (dataset.train, dataset.validation, dataset.test)) == 39


@pytest.mark.parametrize("name", zoo.names())
def test_limit_is_a_parameter_of_every_recipe(name, monkeypatch):
    recipe, given = zoo.load(name), {}

    def load(name, **options):
        given.update(options)
        raise StopIteration

    monkeypatch.setattr(data, "load", load)
    with pytest.raises(StopIteration):
        recipe.data(recipe.resolve({"data.limit": "7"}))
    assert given["limit"] == 7
    assert recipe.resolve()["data.limit"] is None
