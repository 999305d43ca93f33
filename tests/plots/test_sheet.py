"""Sheets of images and samples as files."""

import io

import numpy as np
import pytest
from PIL import Image

from kvae.errors import UserError
from kvae.plots.grids import grid
from kvae.plots.sheet import Samples, Sheet


@pytest.fixture
def images(rng):
    """Two rows and three columns of images of 8×8."""
    return rng.random((2, 3, 8, 8, 1))


def test_sheet_png_has_its_rows_and_columns(images, tmp_path):
    path = Sheet(images).save(tmp_path / "sheet.png")
    expected = np.asarray(grid(images.reshape(-1, 8, 8, 1), 3))
    assert np.array_equal(np.asarray(Image.open(path)), expected)


def test_sheet_gif_by_default_shows_column_after_column(images, tmp_path):
    with Image.open(Sheet(images).save(tmp_path / "sheet.gif")) as animation:
        assert animation.n_frames == 4  # three columns, and backwards without the ends
        assert animation.size == grid(images[:, 0]).size


def test_sheet_gif_shows_its_frames(images, tmp_path):
    frames = [images, images[:, ::-1]]
    with Image.open(Sheet(images, frames=frames).save(tmp_path / "sheet.gif")) as animation:
        assert animation.n_frames == 2
        assert animation.size == grid(images.reshape(-1, 8, 8, 1), 3).size


def test_sheet_other_suffix_is_refused(images, tmp_path):
    with pytest.raises(UserError, match=r"Expected a file \*.png or \*.gif"):
        Sheet(images).save(tmp_path / "sheet.mp4")


def test_repr_of_sheets_and_samples_is_one_short_line(images):
    assert repr(Sheet(images)) == "<sheet of 2 × 3 images (8, 8, 1); .save(path) writes it>"
    assert repr(Samples(images[0])) == "<3 samples (8, 8, 1); .save(path) writes them>"


def test_sheet_and_samples_in_a_notebook_are_the_saved_images(images, rng, tmp_path):
    samples = Samples(rng.random((4, 8, 8, 1)), title="four")
    for number, drawn in enumerate([Sheet(images, rows="ab"), samples]):
        with Image.open(drawn.save(tmp_path / f"{number}.png")) as saved:
            assert Image.open(io.BytesIO(drawn._repr_png_())).tobytes() == saved.tobytes()
    assert Samples(rng.random((4, 2)))._repr_png_() is None


def test_samples_npz_holds_examples_and_labels(rng, tmp_path):
    x, y = rng.random((4, 3)), np.arange(4)
    found = np.load(Samples(x, y).save(tmp_path / "samples.npz"))
    assert np.array_equal(found["x"], x)
    assert np.array_equal(found["y"], y)
    assert "y" not in np.load(Samples(x).save(tmp_path / "unlabelled.npz"))


def test_samples_of_points_as_an_image_are_refused(rng, tmp_path):
    with pytest.raises(UserError, match="Expected a model of images"):
        Samples(rng.random((4, 3))).save(tmp_path / "samples.png")


def test_samples_folder_holds_a_file_for_each_image(rng, tmp_path):
    folder = Samples(rng.random((11, 8, 8, 1))).save(tmp_path / "samples")
    assert sorted(path.name for path in folder.iterdir()) == [f"{i:02d}.png" for i in range(11)]


def test_samples_other_suffix_is_refused(rng, tmp_path):
    with pytest.raises(UserError, match=r"Expected a file \*.png or \*.npz, or a folder"):
        Samples(rng.random((1, 8, 8, 1))).save(tmp_path / "samples.jpg")


def test_sheet_captions_leave_the_images_in_the_lower_right_corner(images, tmp_path):
    sheet = Sheet(images, rows=("latent", "pixels"), columns=(0.0, 0.5, 1.0), title="from 0 to 1")
    found = np.asarray(Image.open(sheet.save(tmp_path / "sheet.png")))
    expected = np.asarray(grid(images.reshape(-1, 8, 8, 1), 3))
    height, width, _ = expected.shape
    assert np.array_equal(found[-height:, -width:], expected)
    assert (found[:-height] == 0).any()  # a title and captions of columns
    assert (found[-height:, :-width] == 0).any()  # captions of rows


def test_samples_with_lines_below_leave_the_images_as_they_are(rng, tmp_path):
    x = rng.uniform(0.4, 0.6, (3, 8, 8, 1))
    samples = Samples(x, below=[["cat"], ["dog", "a very long name"], []])
    found = np.asarray(Image.open(samples.save(tmp_path / "samples.png", columns=2)))
    plain = np.asarray(grid(x, 2))
    assert np.array_equal(found[:64], plain[:64])
    assert np.array_equal(found[64 + 34 :][:64], plain[66:])
    below = found[64 : 64 + 32]
    assert (below[:16, :64] < 100).any()  # cat
    assert (below[16:, :64] == 255).all()
    assert (below[16:, 66:] < 100).any()  # the second line, shortened to the width of the image
    assert (found[-32:] == 255).all()


def test_sheet_png_holds_facts(images, tmp_path):
    sheet = Sheet(images, facts={"model": "digits/vae"})
    with Image.open(sheet.save(tmp_path / "sheet.png", command="kvae traverse digits/vae")) as image:
        assert image.text == {"model": "digits/vae", "command": "kvae traverse digits/vae"}


def test_sheet_and_samples_scale_is_the_size_of_a_pixel(images, rng, tmp_path):
    assert Image.open(Sheet(images).save(tmp_path / "sheet.png", scale=2)).size == (3 * 18 - 2, 2 * 18 - 2)
    samples = Samples(rng.random((6, 8, 8, 1)))
    assert Image.open(samples.save(tmp_path / "samples.png", columns=6, scale=1)).size == (6 * 10 - 2, 8)
