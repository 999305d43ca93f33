"""Images of two domains in the layout of CycleGAN: `unpaired:PATH` and `monet2photo`."""

import shutil
import zipfile

import numpy as np
import pytest

from kvae import data
from kvae.errors import UserError
from kvae.training import Rounds
from tests.data.dataset_splits import counts, splits

FOLDERS = {"trainA": 10, "trainB": 30, "testA": 2, "testB": 3}


@pytest.fixture
def seasons(tmp_path, paint):
    """Write images into the four folders. The red channel is the number of the image, the green channel its domain."""
    for folder, n in FOLDERS.items():
        for i in range(n):
            paint(tmp_path / "seasons" / folder / f"{i:02}.png", (i, 200 * folder.endswith("B"), 0))
    return tmp_path / "seasons"


def zipped(folder, path, around=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as file:
        for image in sorted(folder.rglob("*.png")):
            file.write(image, f"{around}{image.relative_to(folder)}")
    return path


def test_unpaired_domains_are_classes_and_a_tenth_of_each_is_held_out(seasons):
    dataset = data.load(f"unpaired:{seasons}")
    assert dataset.label_names == ("A", "B")
    assert counts(dataset) == (36, 4, 5)
    assert [np.bincount(split.y).tolist() for split in splits(dataset)] == [[9, 27], [1, 3], [2, 3]]
    for split in splits(dataset):
        assert split.y.dtype == np.int32
        np.testing.assert_array_equal(split.y, split.x[:, 0, 0, 1] == 200)
        assert [int(name[-6:-4]) for name in split.columns["file"]] == split.x[:, 0, 0, 0].tolist()
    assert "There were no validation images. 4 training images were drawn for validation." in dataset.summary()


def test_unpaired_validation_depends_on_the_seed_and_training_images_are_not_in_it(seasons):
    first, again, other = (data.load(f"unpaired:{seasons}", seed=seed) for seed in (0, 0, 1))
    held = [set(dataset.validation.columns["file"]) for dataset in (first, again, other)]
    assert held[0] == held[1] != held[2]
    assert not held[0] & set(first.train.columns["file"])
    assert first.fingerprint == again.fingerprint != other.fingerprint


@pytest.mark.parametrize("around", ["", "monet2photo/"])
def test_unpaired_as_a_zip_file_is_the_same_data(seasons, tmp_path, around):
    folder = data.load(f"unpaired:{seasons}")
    zip_file = data.load(f"unpaired:{zipped(seasons, tmp_path / 'seasons.zip', around)}")
    for split, same in zip(splits(folder), splits(zip_file), strict=True):
        np.testing.assert_array_equal(split.x, same.x)
        np.testing.assert_array_equal(split.y, same.y)
    assert around or folder.fingerprint == zip_file.fingerprint


def test_unpaired_with_validation_folders_uses_them(seasons, paint):
    for domain in "AB":
        paint(seasons / f"val{domain}" / "0.png")
    dataset = data.load(f"unpaired:{seasons}")
    assert counts(dataset) == (40, 2, 5)
    assert dataset.notes == ()


def test_unpaired_sets_become_rounds(seasons):
    train = data.load(f"unpaired:{seasons}").train
    rounds = Rounds(train.x, train.y, {"A": 1, "B": 1}, batch_size=3)
    assert len(rounds) == 9  # of the 27 images of B
    (batch,) = rounds[8]
    for domain, green in (("A", 0), ("B", 200)):
        assert batch[domain].shape == (3, 1, 8, 8, 3)
        assert (batch[domain][..., 1] == green).all()


def test_unpaired_limit_is_that_of_each_folder(seasons):
    dataset = data.load(f"unpaired:{seasons}", limit=5)
    assert np.bincount(np.concatenate([split.y for split in (dataset.train, dataset.test)])).tolist() == [7, 8]
    assert counts(data.load(f"unpaired:{seasons}", limit=1)) == (2, None, 2)


def test_unpaired_images_outside_of_the_folders_are_noted(seasons, paint):
    paint(seasons / "more" / "0.png")
    paint(seasons / "overview.png")
    summary = data.load(f"unpaired:{seasons}").summary()
    assert "2 images are outside of the folders of the splits and left out, such as more/0.png." in summary


@pytest.mark.parametrize("missing", ["trainA", "trainB", "testB"])
def test_unpaired_one_domain_without_the_other_is_refused(seasons, missing):
    shutil.rmtree(seasons / missing)
    with pytest.raises(UserError, match=r"folders trainA and trainB, .*Received: .*train[AB] \([13]0\)") as refusal:
        data.load(f"unpaired:{seasons}")
    assert str(refusal.value).endswith(f", without {missing}.")


@pytest.mark.parametrize("names", [("cats", "dogs"), ("testA", "testB"), ("trainA", "trainB", "trainC"), ("",)])
def test_unpaired_in_another_layout_is_refused(tmp_path, paint, names):
    for name in names:
        paint(tmp_path / "set" / name / "0.png")
    with pytest.raises(UserError, match=rf"folders trainA and trainB, .*Received: {names[0] or 'no folder'} \(1\)"):
        data.load(f"unpaired:{tmp_path / 'set'}")


def test_unpaired_empty_or_missing_folder_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"Received: .*nowhere, which does not exist"):
        data.load(f"unpaired:{tmp_path / 'nowhere'}")
    (tmp_path / "set" / "trainA").mkdir(parents=True)
    with pytest.raises(UserError, match=r"Expected images .* Received: none in .*set"):
        data.load(f"unpaired:{tmp_path / 'set'}")


def test_unpaired_with_a_damaged_image_names_it_or_leaves_it_out(seasons):
    (seasons / "trainB" / "03.png").write_bytes(b"no image")
    with pytest.raises(UserError, match=r"Expected undamaged images. Received: trainB/03.png in "):
        data.load(f"unpaired:{seasons}")
    assert sum(counts(data.load(f"unpaired:{seasons}", skip_damaged=True))) == 44


@pytest.mark.parametrize("options", [{"size": 7}, {"size": 6, "aspect": "3:2"}])
def test_unpaired_of_an_odd_size_is_refused(seasons, options):
    with pytest.raises(UserError, match=r"images of even height and width, .* Received: (7|6×9) pixels"):
        data.load(f"unpaired:{seasons}", **options)


def test_unpaired_files_of_an_odd_size_are_refused_without_a_size(tmp_path, paint):
    for folder in ("trainA", "trainB"):
        paint(tmp_path / "set" / folder / "0.png", size=(9, 8))
    with pytest.raises(UserError, match="Received: 8×9 pixels"):
        data.load(f"unpaired:{tmp_path / 'set'}")
    assert data.load(f"unpaired:{tmp_path / 'set'}", size=4, aspect="2:1").shape == (4, 8, 3)


@pytest.mark.parametrize("form", ["folder", "folder in a folder", "zip"])
def test_monet2photo_is_read_from_its_official_file_or_folders(seasons, data_dir, form):
    home = data_dir / "monet2photo"
    if form == "zip":
        zipped(seasons, home / "monet2photo.zip", "monet2photo/")
    else:
        shutil.copytree(seasons, home if form == "folder" else home / "monet2photo")
    dataset = data.load("monet2photo", limit=20)
    assert (dataset.name, dataset.label_names, dataset.shape) == ("monet2photo", ("A", "B"), (64, 64, 3))
    assert counts(dataset) == (27, 3, 5)
