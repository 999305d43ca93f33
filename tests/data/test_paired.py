"""Pairs of images side by side in one file: `paired:PATH` and `facades`."""

import shutil
import zipfile

import numpy as np
import pytest
from PIL import Image

from kvae import data
from kvae.errors import UserError
from tests.data.dataset_splits import counts, splits


def write_pair(path, i, size=(8, 8), left=(10, 0, 0), right=(200, 0, 0)):
    """Write two images of one colour each side by side. The green channel of both is `i`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    halves = [np.full((*size[::-1], 3), colour, np.uint8) + np.array([0, i, 0], np.uint8) for colour in (left, right)]
    Image.fromarray(np.concatenate(halves, axis=1)).save(path)


@pytest.fixture
def facades(tmp_path):
    for folder, n in {"train": 20, "val": 3, "test": 2}.items():
        for i in range(n):
            write_pair(tmp_path / "facades" / folder / f"{i:03}.png", i)
    return tmp_path / "facades"


@pytest.mark.parametrize(("side", "red"), [("left", (10, 200)), ("right", (200, 10))])
def test_paired_input_is_the_chosen_side_and_the_target_the_other(facades, side, red):
    dataset = data.load(f"paired:{facades}", input_side=side)
    assert counts(dataset) == (20, 3, 2)
    for split in splits(dataset):
        for images, value in zip((split.x, split.y), red, strict=True):
            assert (images.shape[1:], images.dtype) == ((8, 8, 3), np.uint8)
            assert (images[..., 0] == value).all()
            assert images[:, 3, 5, 1].tolist() == [int(name[-7:-4]) for name in split.columns["file"]]


def test_paired_sides_have_different_fingerprints(facades):
    left, again, right = (data.load(f"paired:{facades}", input_side=side) for side in ("left", "left", "right"))
    assert left.fingerprint == again.fingerprint != right.fingerprint


def test_paired_summary_states_the_shape_of_the_targets(facades):
    line = f"paired:{facades}: 20 train, 3 validation, 2 test; images of 8×8×3, bytes from 0 to 200; targets of 8×8×3."
    assert data.load(f"paired:{facades}", input_side="right").summary() == line


def test_paired_halves_do_not_mix_when_they_are_scaled(tmp_path):
    write_pair(tmp_path / "set" / "0.jpg", 0, (64, 64), left=(0, 0, 0), right=(255, 255, 255))
    for size in (6, 128):
        train = data.load(f"paired:{tmp_path / 'set'}", size=size).train
        assert train.x.shape == train.y.shape == (1, size, size, 3)
        assert train.x.max() < 5
        assert train.y.min() > 250


def test_paired_without_validation_draws_it_by_seed(facades):
    shutil.rmtree(facades / "val")
    first, other = (data.load(f"paired:{facades}", seed=seed) for seed in (0, 1))
    assert counts(first) == counts(other) == (18, 2, 2)
    assert set(first.validation.columns["file"]) != set(other.validation.columns["file"])


def test_paired_in_one_folder_has_random_splits(tmp_path):
    for i in range(20):
        write_pair(tmp_path / "set" / f"{i:03}.png", i)
    assert sum(counts(data.load(f"paired:{tmp_path / 'set'}"))) == 20


def test_paired_as_a_zip_file_is_the_same_data(facades, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        for image in sorted(facades.rglob("*.png")):
            file.write(image, image.relative_to(facades))
    folder, zip_file = data.load(f"paired:{facades}"), data.load(f"paired:{tmp_path / 'a.zip'}")
    assert folder.fingerprint == zip_file.fingerprint
    np.testing.assert_array_equal(folder.train.y, zip_file.train.y)


def test_paired_again_is_read_from_the_cache(facades, monkeypatch):
    data.load(f"paired:{facades}", size=4)
    monkeypatch.setattr("kvae.images.decoding.decode", None)
    assert data.load(f"paired:{facades}", size=4, input_side="right").train.y.shape == (20, 4, 4, 3)


def test_paired_rows_keep_their_targets(facades):
    rows = data.load(f"paired:{facades}").train[[4, 2]]
    assert rows.x[:, 0, 0, 1].tolist() == rows.y[:, 0, 0, 1].tolist() == [4, 2]


def test_paired_limit_is_that_of_each_split(facades):
    assert counts(data.load(f"paired:{facades}", limit=2)) == (2, 2, 2)


def test_paired_with_unequal_halves_is_refused(facades, paint):
    paint(facades / "train" / "odd.png", size=(17, 8))
    for skip in (False, True):
        with pytest.raises(UserError, match=r"of the same width, .* Received: train/odd.png, .* 17 pixels is odd"):
            data.load(f"paired:{facades}", size=4, skip_damaged=skip)


def test_paired_files_of_two_sizes_require_a_size(facades):
    write_pair(facades / "train" / "tall.png", 0, (8, 12))
    with pytest.raises(UserError, match=r"Received: train/000.png of 8×8×3, train/tall.png of 12×8×3. Give size=64"):
        data.load(f"paired:{facades}")
    with pytest.raises(UserError, match=r"train/000.png of 4×4×3, train/tall.png of 6×4×3. Give aspect=square"):
        data.load(f"paired:{facades}", size=4, aspect="keep")
    assert data.load(f"paired:{facades}", size=4).shape == (4, 4, 3)


def test_paired_of_an_odd_size_is_refused(facades, tmp_path):
    with pytest.raises(UserError, match=r"images of even height and width, .* Received: 63 pixels"):
        data.load(f"paired:{facades}", size=63)
    write_pair(tmp_path / "set" / "0.png", 0, (7, 8))
    with pytest.raises(UserError, match="Received: 8×7 pixels"):
        data.load(f"paired:{tmp_path / 'set'}")


def test_paired_with_an_unknown_side_suggests_one(facades):
    with pytest.raises(UserError, match=r"Received: input_side='lefft'. Did you mean left"):
        data.load(f"paired:{facades}", input_side="lefft")


def test_paired_with_a_damaged_image_names_it_or_leaves_it_out(facades):
    (facades / "train" / "003.png").write_bytes(b"no image")
    with pytest.raises(UserError, match=r"Expected undamaged images. Received: train/003.png in "):
        data.load(f"paired:{facades}")
    assert counts(data.load(f"paired:{facades}", skip_damaged=True)) == (19, 3, 2)


def test_paired_empty_folder_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"Expected images .* Received: none in .*empty"):
        data.load(f"paired:{tmp_path / 'empty'}")


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_facades_are_read_from_folders_or_a_zip_file_with_maps_as_input(facades, data_dir, form):
    home = data_dir / "facades"
    if form == "folder":
        shutil.copytree(facades, home / "facades")
    else:
        home.mkdir()
        shutil.make_archive(home / "facades", "zip", facades)
    dataset = data.load("facades", size=4)
    assert (dataset.name, counts(dataset), dataset.shape) == ("facades", (20, 3, 2), (4, 4, 3))
    assert (dataset.train.x[..., 0] == 200).all()
    assert (data.load("facades", size=4, input_side="left").train.x[..., 0] == 10).all()
