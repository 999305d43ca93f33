"""Folders and zip files of images."""

import zipfile

import pytest

from kvae.errors import UserError
from kvae.images.archives import ImageFile, open_archive

FILES = (
    "b.png",
    "a/2.JPG",
    "a/1.png",
    "a/notes.txt",
    "a/IMG_1.HEIC",
    "a/.IMG_2.heic",
    "a/.hidden.png",
    ".cache/3.png",
    "__MACOSX/4.png",
)


@pytest.fixture
def folder(tmp_path):
    for name in FILES:
        path = tmp_path / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path / "images"


@pytest.fixture
def zip_file(folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as file:
        for name in FILES:
            file.write(folder / name, name)
    return tmp_path / "images.zip"


@pytest.fixture(params=["folder", "zip_file"])
def archive(request):
    return open_archive(request.getfixturevalue(request.param))


def test_archive_lists_visible_images_by_name(archive):
    assert [image.name for image in archive.images] == ["a/1.png", "a/2.JPG", "b.png"]


def test_archive_lists_images_of_formats_that_are_not_read(archive):
    assert [image.name for image in archive.others] == ["a/IMG_1.HEIC"]


def test_archive_reads_the_bytes_of_an_image(archive):
    assert [archive.read(image) for image in archive.images] == [b"a/1.png", b"a/2.JPG", b"b.png"]


@pytest.mark.parametrize(
    ("name", "parent", "file"), [("0.png", "", "0.png"), ("a/0.png", "a", "0.png"), ("a/b/0.png", "b", "0.png")]
)
def test_image_file_splits_its_name(name, parent, file):
    image = ImageFile(name, "", 0)
    assert (image.parent, image.file) == (parent, file)


def test_open_archive_without_images_raises_user_error(tmp_path):
    with pytest.raises(UserError, match=r"Expected images \(\.bmp.*Received: none in"):
        open_archive(tmp_path)
    (tmp_path / "1.heic").write_bytes(b"")
    with pytest.raises(UserError, match=r"Received: none in .*\. Convert files such as 1.heic to JPEG or PNG\."):
        open_archive(tmp_path)
