"""A user's folder or zip file of images: classes, splits, damaged files, sizes and skipped files."""

import os
import tracemalloc
import zipfile

import numpy as np
import pytest

from kvae import data
from kvae.errors import UserError
from kvae.images import archives
from tests.data.dataset_splits import counts, splits


@pytest.fixture
def animals(tmp_path, paint):
    """Write ten cats and ten dogs. The red channel is the number of the image, the green channel its class."""
    folder = tmp_path / "animals"
    for i in range(20):
        paint(folder / ("cat" if i < 10 else "dog") / f"{i:02}.png", (i, 100 if i < 10 else 200, 0))
    return folder


def zipped(folder, path):
    with zipfile.ZipFile(path, "w") as file:
        for image in sorted(folder.rglob("*")):
            file.write(image, image.relative_to(folder))
    return path


def numbers(dataset):
    return np.concatenate([split.x[:, 0, 0, 0] for split in splits(dataset)]).tolist()


def test_folder_subfolders_are_classes(animals):
    dataset = data.load(f"folder:{animals}")
    assert dataset.label_names == ("cat", "dog")
    assert len(splits(dataset)) == 3
    for split in splits(dataset):
        np.testing.assert_array_equal(split.y, split.x[:, 0, 0, 1] == 200)
        named = [int(name[-6:-4]) for name in split.columns["file"]]
        assert named == split.x[:, 0, 0, 0].tolist()
    assert sorted(numbers(dataset)) == list(range(20))


def test_folder_as_a_zip_file_is_the_same_data(animals, tmp_path):
    folder = data.load(f"folder:{animals}")
    zip_file = data.load(f"folder:{zipped(animals, tmp_path / 'animals.zip')}")
    assert folder.fingerprint == zip_file.fingerprint
    np.testing.assert_array_equal(folder.train.x, zip_file.train.x)
    np.testing.assert_array_equal(folder.train.y, zip_file.train.y)


def test_folder_split_depends_on_the_seed(animals):
    first, second = (data.load(f"folder:{animals}", seed=seed) for seed in (0, 1))
    assert set(first.test.columns["file"]) != set(second.test.columns["file"])


def test_folder_without_subfolders_has_no_labels(tmp_path, paint):
    for i in range(5):
        paint(tmp_path / "flat" / f"{i}.png")
    dataset = data.load(f"folder:{tmp_path / 'flat'}")
    assert (dataset.train.y, dataset.label_names, dataset.validation) == (None, (), None)
    assert len(dataset.train) == 5


def test_folder_zip_with_backslashes_is_the_same_data(tmp_path, paint):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        for part in ("train", "test"):
            for name in ("cat", "dog"):
                file.writestr(f".\\{part}\\{name}\\0.png", paint(tmp_path / "0.png").read_bytes())
    dataset = data.load(f"folder:{tmp_path / 'a.zip'}")
    assert (counts(dataset), dataset.label_names) == ((2, None, 2), ("cat", "dog"))


def test_folder_with_a_new_image_keeps_the_splits_of_the_others(animals, paint):
    before = data.load(f"folder:{animals}")
    paint(animals / "cat" / "new.png")
    after = data.load(f"folder:{animals}")
    for old, new in zip(splits(before), splits(after), strict=True):
        assert set(new.columns["file"]) - {"cat/new.png"} == set(old.columns["file"])


def test_folder_link_to_a_parent_is_followed_once(tmp_path, paint):
    for i in range(12):
        paint(tmp_path / "set" / f"{i}.png")
    (tmp_path / "set" / "sub").mkdir()
    for name in ("again", "sub/up", "sub/self"):
        (tmp_path / "set" / name).symlink_to(tmp_path / "set")
    assert sum(len(s) for s in splits(data.load(f"folder:{tmp_path / 'set'}"))) == 12


@pytest.mark.parametrize("name", ["cat/03.png", "owl"])
def test_folder_with_a_dangling_link_names_it_or_leaves_it_out(animals, name):
    (animals / name).unlink(missing_ok=True)
    (animals / name).symlink_to(animals / "nowhere")
    with pytest.raises(UserError, match=rf"Received: {name} in .*: a link to a file or folder that does not exist"):
        data.load(f"folder:{animals}")
    assert "1 damaged image was left out" in data.load(f"folder:{animals}", skip_damaged=True).summary()


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["pipe", "device"])
def test_folder_with_a_special_file_is_refused(animals, make):
    make(animals / "cat" / "x.png")
    for skip in (False, True):
        with pytest.raises(UserError, match=r"Received: .*x.png, which is a pipe, a device or a socket"):
            data.load(f"folder:{animals}", skip_damaged=skip)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED])
def test_folder_zip_member_larger_than_stated_is_refused(tmp_path, paint, method):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("0.png", paint(tmp_path / "0.png").read_bytes())
        file.writestr(zipfile.ZipInfo("bomb.png"), bytes(1 << 24), method)
    content = bytearray(path.read_bytes())
    at = content.index(b"bomb.png", content.index(b"PK\x01\x02")) - 46
    content[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(content)
    tracemalloc.start()
    with pytest.raises(UserError, match=r"Received: bomb.png in .*a.zip"):
        data.load(f"folder:{path}")
    assert tracemalloc.get_traced_memory()[1] < 1 << 23
    tracemalloc.stop()


def test_folder_skips_hidden_files_and_other_formats(animals, tmp_path, paint):
    (animals / "cat" / ".DS_Store").write_bytes(b"x")
    (animals / "cat" / "readme.txt").write_text("cats")
    paint(animals / "cat" / "._00.png")
    paint(animals / "__MACOSX" / "00.png")
    (animals / "cat" / "._01.png").write_bytes(b"x")
    assert len(data.load(f"folder:{animals}").train) == 16
    assert len(data.load(f"folder:{zipped(animals, tmp_path / 'a.zip')}").train) == 16


def test_folder_color_gray_makes_one_channel(animals):
    assert data.load(f"folder:{animals}", color="gray", size=4).shape == (4, 4, 1)
    with pytest.raises(UserError, match="color='red'"):
        data.load(f"folder:{animals}", color="red")


def test_folder_with_images_of_two_sizes_requires_a_size(animals, paint):
    paint(animals / "dog" / "tall.png", size=(8, 12))
    with pytest.raises(UserError, match=r"one size. Received: .* of 8×8×3, dog/tall.png of 12×8×3. Give size=64"):
        data.load(f"folder:{animals}")
    assert data.load(f"folder:{animals}", size=4).shape == (4, 4, 3)


def test_folder_with_splits_of_two_sizes_requires_a_size(tmp_path, paint):
    paint(tmp_path / "set" / "train" / "0.png")
    paint(tmp_path / "set" / "test" / "1.png", size=(8, 12))
    with pytest.raises(UserError, match=r"Received: train/0.png of 8×8×3, test/1.png of 12×8×3"):
        data.load(f"folder:{tmp_path / 'set'}")


@pytest.mark.parametrize("size", [0, -1, 5.5, "64", 10_000])
def test_folder_with_an_invalid_size_is_refused(animals, size):
    with pytest.raises(UserError, match="Expected an edge length from 1 to 4096 pixels"):
        data.load(f"folder:{animals}", size=size)


@pytest.mark.parametrize("content", [b"", b"no image", None], ids=["empty", "text", "truncated"])
def test_folder_with_a_damaged_image_names_it_or_leaves_it_out(animals, content):
    path = animals / "cat" / "03.png"
    path.write_bytes(path.read_bytes()[:50] if content is None else content)
    with pytest.raises(UserError, match=r"Received: cat/03.png in .*animals: .*skip_damaged=True"):
        data.load(f"folder:{animals}")
    dataset = data.load(f"folder:{animals}", skip_damaged=True)
    assert sorted(numbers(dataset)) == [i for i in range(20) if i != 3]
    for split in splits(dataset):
        np.testing.assert_array_equal(split.y, split.x[:, 0, 0, 1] == 200)
    assert "1 damaged image was left out. The first is cat/03.png" in dataset.summary()


def test_folder_with_a_cached_damaged_image_still_refuses_it(animals):
    (animals / "cat" / "03.png").write_bytes(b"no image")
    data.load(f"folder:{animals}", skip_damaged=True)
    with pytest.raises(UserError, match=r"cat/03\.png"):
        data.load(f"folder:{animals}")


def test_folder_split_with_only_a_damaged_image_is_none(tmp_path, paint):
    paint(tmp_path / "set" / "train" / "0.png")
    (tmp_path / "set" / "test").mkdir()
    (tmp_path / "set" / "test" / "1.png").write_bytes(b"no image")
    for _ in range(2):  # prepared, then from the cache
        dataset = data.load(f"folder:{tmp_path / 'set'}", skip_damaged=True)
        assert (len(dataset.train), dataset.test) == (1, None)


def test_folder_with_only_damaged_images_is_refused(tmp_path):
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "0.png").write_bytes(b"no image")
    with pytest.raises(UserError, match=r"undamaged training images. Received: none"):
        data.load(f"folder:{tmp_path / 'set'}", skip_damaged=True)


def test_folder_zip_with_a_damaged_member_names_it(animals, tmp_path):
    path = zipped(animals, tmp_path / "a.zip")
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as file:
        info = file.getinfo("dog/15.png")
    content[info.header_offset + 30 + len(info.filename) + 40] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"Received: dog/15.png in .*a.zip: Bad CRC-32"):
        data.load(f"folder:{path}")


def test_folder_zip_bomb_is_refused(animals, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_BYTES", 10_000)
    path = zipped(animals, tmp_path / "a.zip")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("dog/bomb.png", bytes(1_000_000))
    with pytest.raises(UserError, match=r"dog/bomb.png in .*: 1,000,000 bytes are too many"):
        data.load(f"folder:{path}")


def test_folder_missing_empty_or_damaged_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"Received: .*nowhere, which does not exist"):
        data.load(f"folder:{tmp_path / 'nowhere'}")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"Expected images .* Received: none in .*empty"):
        data.load(f"folder:{tmp_path / 'empty'}")
    (tmp_path / "a.zip").write_bytes(b"PK but no zip")
    with pytest.raises(UserError, match=r"undamaged zip file. Received: .*a.zip"):
        data.load(f"folder:{tmp_path / 'a.zip'}")


def test_folder_without_permission_names_the_path(animals, forbid):
    forbid(animals / "dog" / "12.png")
    with pytest.raises(UserError, match=r"permission to read the data. Received: .*dog/12.png: permission denied"):
        data.load(f"folder:{animals}", skip_damaged=True)
    forbid(animals / "cat")
    with pytest.raises(UserError, match=r"permission to read the data. Received: .*cat: permission denied"):
        data.load(f"folder:{animals}")


def test_folder_fingerprint_does_not_depend_on_its_path(animals, tmp_path):
    before = data.load(f"folder:{animals}").fingerprint
    os.rename(animals, tmp_path / "elsewhere")
    assert data.load(f"folder:{tmp_path / 'elsewhere'}").fingerprint == before


@pytest.mark.parametrize("name", ["", "x" * 60_000 + ".png"])
def test_folder_zip_with_a_member_of_no_name_or_of_an_endless_one_is_refused_in_one_sentence(tmp_path, name):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr(zipfile.ZipInfo(name), b"no image")
    with pytest.raises(UserError) as refusal:
        data.load(f"folder:{tmp_path / 'a.zip'}", size=8)
    assert len(str(refusal.value)) < 2000


def test_folder_keeps_the_aspect_on_request(tmp_path, paint):
    for i, size in enumerate([(32, 18), (64, 36), (128, 72)]):
        paint(tmp_path / "set" / f"{i}.png", (i, 0, 0), size)
    square, kept = (data.load(f"folder:{tmp_path / 'set'}", size=9, aspect=aspect) for aspect in ("square", "keep"))
    assert (square.shape, kept.shape) == ((9, 9, 3), (9, 16, 3))
    assert kept.fingerprint != square.fingerprint == data.load(f"folder:{tmp_path / 'set'}", size=9).fingerprint
    paint(tmp_path / "set" / "3.png", size=(18, 32))
    with pytest.raises(UserError, match=r"Received: 0.png of 9×16×3, 3.png of 16×9×3. Give aspect=square, or a ratio"):
        data.load(f"folder:{tmp_path / 'set'}", size=9, aspect="keep")


def test_folder_with_a_ratio_crops_images_of_any_aspect_to_it(tmp_path, paint):
    for i, size in enumerate([(30, 20), (31, 20), (20, 31), (1023, 577)]):
        paint(tmp_path / "set" / f"{i}.png", (i, 0, 0), size)
    assert data.load(f"folder:{tmp_path / 'set'}", size=5, aspect="3:2").shape == (5, 8, 3)
    assert data.load(f"folder:{tmp_path / 'set'}", size=5, aspect="4:6").shape == (8, 5, 3)
    assert data.load(f"folder:{tmp_path / 'set'}", size=4, aspect="1:1").shape == (4, 4, 3)


@pytest.mark.parametrize("aspect", ["kept", "16", "0:1", "16:9:1", "16/9", 2])
def test_folder_with_an_unknown_aspect_is_refused(animals, aspect):
    with pytest.raises(UserError, match=r"Expected an aspect: square, keep, or a ratio .* Received: aspect="):
        data.load(f"folder:{animals}", size=4, aspect=aspect)


def test_folder_with_an_endless_image_that_keeps_its_aspect_is_refused(tmp_path, paint):
    paint(tmp_path / "set" / "0.png", size=(1000, 2))
    with pytest.raises(UserError, match=r"Received: 0.png in .*it would have 32000×64 pixels"):
        data.load(f"folder:{tmp_path / 'set'}", size=64, aspect="keep")


def test_folder_notes_images_of_formats_that_are_not_read(animals):
    (animals / "photo.heic").write_bytes(b"")
    assert "1 image is of a format that is not read, such as photo.heic." in data.load(f"folder:{animals}").summary()
