"""Splits and classes of a folder of images, from the names of its folders."""

import pytest

from kvae import data
from kvae.errors import UserError
from tests.data.dataset_splits import counts, splits


def test_folder_with_train_and_test_uses_them_as_splits(tmp_path, paint):
    for part, n in (("train", 3), ("val", 1), ("test", 2)):
        for i in range(n):
            paint(tmp_path / "set" / part / "cat" / f"{i}.png")
            paint(tmp_path / "set" / part / "dog" / f"{i}.png")
    dataset = data.load(f"folder:{tmp_path / 'set'}")
    assert [len(s) for s in splits(dataset)] == [6, 2, 4]
    assert dataset.label_names == ("cat", "dog")


def test_folder_with_flat_train_and_test_has_no_labels(tmp_path, paint):
    for part in ("train", "test"):
        paint(tmp_path / "set" / part / "0.png")
    dataset = data.load(f"folder:{tmp_path / 'set'}")
    assert (len(dataset.train), len(dataset.test), dataset.label_names) == (1, 1, ())


@pytest.mark.parametrize(
    ("train", "test"),
    [("Train", "TEST"), ("training", "testing"), ("training_set", "test_set"), ("train2017", "test2017")],
)
@pytest.mark.parametrize("around", ["", "pets/", "a/b/"])
@pytest.mark.parametrize("classes", [("",), ("cat/", "dog/")])
def test_folder_split_names_in_any_form_are_splits(tmp_path, paint, train, test, around, classes):
    for part, n in ((train, 3), (test, 2)):
        for name in classes:
            for i in range(n):
                paint(tmp_path / "set" / f"{around}{part}/{name}{i}.png")
    dataset = data.load(f"folder:{tmp_path / 'set'}")
    assert counts(dataset) == (3 * len(classes), None, 2 * len(classes))
    assert dataset.label_names == (("cat", "dog") if len(classes) > 1 else ())


def test_folder_with_splits_within_classes_uses_them(tmp_path, paint):
    for name in ("cat", "dog"):
        for part, n in (("train", 3), ("valid", 2), ("test", 1)):
            for i in range(n):
                paint(tmp_path / "set" / name / part / f"{i}.png")
    dataset = data.load(f"folder:{tmp_path / 'set'}")
    assert (counts(dataset), dataset.label_names) == ((6, 4, 2), ("cat", "dog"))


def test_folder_with_splits_of_one_class_each_uses_them(tmp_path, paint):
    for name in ("trainA", "trainB", "testA", "testB"):
        paint(tmp_path / "set" / name / "0.png")
    dataset = data.load(f"folder:{tmp_path / 'set'}")
    assert (counts(dataset), dataset.label_names) == ((2, None, 2), ("A", "B"))
    assert dataset.test.y.tolist() == [0, 1]


def test_folder_notes_images_outside_of_the_splits(tmp_path, paint):
    for name in ("train/0.png", "test/1.png", "overview.png", "more/2.png"):
        paint(tmp_path / "set" / name)
    dataset = data.load(f"folder:{tmp_path / 'set'}")
    assert counts(dataset) == (1, None, 1)
    assert "2 images are outside of the folders of the splits and left out, such as more/2.png." in dataset.summary()


def test_folder_with_a_test_split_without_classes_leaves_it_unlabelled(tmp_path, paint):
    for name in ("train/cat/0.png", "train/dog/1.png", "test/2.png"):
        paint(tmp_path / "set" / name)
    dataset = data.load(f"folder:{tmp_path / 'set'}")
    assert (dataset.label_names, dataset.train.y.tolist(), dataset.test.y) == (("cat", "dog"), [0, 1], None)
    assert "1 image is in no folder of a class and without a label, such as test/2.png." in dataset.summary()


@pytest.mark.parametrize("other", ["test", "Val", "train"])
def test_folder_with_a_split_next_to_classes_asks_the_user_to_choose(tmp_path, paint, other):
    for name in ("cat", "dog", other):
        for i in range(4):
            paint(tmp_path / "set" / name / f"{i}.png")
    with pytest.raises(UserError, match=rf"Received: {other} \(4\), cat \(4\), dog \(4\)\. Choose: splits="):
        data.load(f"folder:{tmp_path / 'set'}")
    every = data.load(f"folder:{tmp_path / 'set'}", splits="random")
    assert every.label_names == tuple(sorted(("cat", "dog", other)))
    named = data.load(f"folder:{tmp_path / 'set'}", splits="named")
    assert counts(named)[0] == (4 if other == "train" else 8)


def test_folder_with_only_a_test_split_asks_the_user_to_choose(tmp_path, paint):
    paint(tmp_path / "set" / "test" / "0.png")
    with pytest.raises(UserError, match=r"Received: test \(1\)\. Choose"):
        data.load(f"folder:{tmp_path / 'set'}")


def test_folder_splits_named_without_split_folders_is_refused(tmp_path, paint):
    for name in ("cat", "dog"):
        paint(tmp_path / "set" / name / "0.png")
    with pytest.raises(UserError, match=r"Expected a folder train.* Received: cat \(1\), dog \(1\)"):
        data.load(f"folder:{tmp_path / 'set'}", splits="named")


def test_folder_with_a_class_called_train_deep_below_keeps_it(tmp_path, paint):
    for name in ("a/car", "a/train", "b"):
        paint(tmp_path / "set" / name / "0.png")
    assert data.load(f"folder:{tmp_path / 'set'}").label_names == ("a/car", "a/train", "b")


def test_folder_classes_of_the_same_name_stay_apart(tmp_path, paint):
    for name in ("Greek/1", "Greek/2", "Latin/1", "Latin/2"):
        paint(tmp_path / "set" / name / "0.png")
    dataset = data.load(f"folder:{tmp_path / 'set'}")
    assert dataset.label_names == ("Greek/1", "Greek/2", "Latin/1", "Latin/2")
    assert "Each folder with images is a class, such as Greek/1." in dataset.summary()
