"""A user's image files as input of a model."""

import zipfile

import numpy as np
import pytest
from PIL import Image

from kvae.errors import UserError
from kvae.images.reading import read_images


@pytest.fixture
def files(tmp_path):
    """Write three images of one colour: a file, one in a folder and one in a zip file."""
    (tmp_path / "folder").mkdir()
    for value, path in ((10, "0.png"), (20, "folder/1.png"), (30, "2.png")):
        Image.fromarray(np.full((6, 8, 3), value, np.uint8)).save(tmp_path / path)
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as file:
        file.write(tmp_path / "2.png", "2.png")
    return [tmp_path / "0.png", tmp_path / "folder", tmp_path / "images.zip"]


@pytest.mark.parametrize("channels", [1, 3])
def test_read_images_reads_files_folders_and_zip_files(files, channels):
    x = read_images(files, (4, 4, channels))
    assert (x.shape, x.dtype) == ((3, 4, 4, channels), np.float32)
    np.testing.assert_array_equal(x[:, 0, 0, 0], np.array([10, 20, 30], "float32") / 255)


def test_read_images_returns_the_first_n(files):
    assert len(read_images(files, (4, 4, 3), 2)) == 2


def test_read_images_rounds_to_the_number_of_levels(tmp_path):
    Image.fromarray(np.array([[0, 100], [150, 255]], np.uint8)).save(tmp_path / "0.png")
    x = read_images([tmp_path / "0.png"], (2, 2, 1), levels=2)
    assert x[0, ..., 0].tolist() == [[0, 0], [1, 1]]


@pytest.mark.parametrize("shape", [(4,), (4, 4, 2)])
def test_read_images_for_another_shape_raises_user_error(files, shape):
    with pytest.raises(UserError, match="model of images, grey or RGB"):
        read_images(files, shape)


def test_read_images_of_a_missing_path_raises_user_error(tmp_path):
    with pytest.raises(UserError, match=r"Received: .*0\.png, which does not exist"):
        read_images([tmp_path / "0.png"], (4, 4, 3))


def test_read_images_of_a_damaged_image_names_it(tmp_path):
    (tmp_path / "0.png").write_bytes(b"no image")
    with pytest.raises(UserError, match=r"undamaged images. Received: .*0\.png"):
        read_images([tmp_path / "0.png"], (4, 4, 3))


@pytest.mark.parametrize("shape", [(6, 8, 3), (3, 9, 3), (9, 3, 1)])
def test_read_images_crops_to_the_aspect_of_the_model(files, shape):
    x = read_images(files, shape)
    assert x.shape == (3, *shape)
    np.testing.assert_array_equal(x[:, -1, -1, 0], np.array([10, 20, 30], "float32") / 255)
