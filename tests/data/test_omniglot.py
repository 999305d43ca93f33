"""Omniglot, from a small `.npz` file."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from kvae import data
from kvae.data.omniglot import ARRAYS, read_parts
from kvae.errors import UserError
from tests.data.dataset_splits import counts


def write_omniglot(folder):
    folder.mkdir(parents=True)
    n = 3 * 20  # three characters, two of them background, each drawn by twenty people
    arrays = {
        "images": np.random.default_rng(0).integers(0, 256, (n, 28, 28), np.uint8),
        "alphabet": np.repeat(np.array([1, 1, 0], np.uint8), 20),
        "character": np.repeat(np.arange(3, dtype=np.uint16), 20),
        "drawer": np.tile(np.arange(1, 21, dtype=np.uint8), 3),
        "split": np.repeat(np.array([0, 0, 1], np.uint8), 20),
        "alphabet_names": np.array(["Angelic", "Greek"]),
    }
    np.savez(folder / "omniglot_28x28.npz", **arrays)
    return arrays


def test_omniglot_validation_holds_two_drawers(data_dir):
    arrays = write_omniglot(data_dir / "omniglot")
    dataset = data.load("omniglot")
    assert counts(dataset) == (36, 4, 20)
    assert set(dataset.validation.columns["drawer"]) == {19, 20}
    assert set(dataset.test.y) == {0}
    assert dataset.label_names == ("Angelic", "Greek")
    np.testing.assert_array_equal(dataset.test.x[..., 0], arrays["images"][40:])


def write_zips(folder, drawers=20):
    """Write small files in the official layout: two background characters and one evaluation character."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    parts = {"background": ("Greek/character01", "Greek/character02"), "evaluation": ("Angelic/character01",)}
    for part, characters in parts.items():
        with zipfile.ZipFile(folder / f"images_{part}.zip", "w") as file:
            for number, character in enumerate(characters):
                for drawer in range(1, drawers + 1):
                    data, paper = io.BytesIO(), random.integers(0, 2, (105, 105)).astype(bool)
                    Image.fromarray(paper).save(data, "PNG")
                    file.writestr(f"images_{part}/{character}/{number:04}_{drawer:02}.png", data.getvalue())


def test_omniglot_in_official_files_is_scaled_from_drawings(data_dir):
    write_zips(data_dir / "omniglot")
    dataset = data.load("omniglot")
    assert counts(dataset) == (36, 4, 20)
    assert dataset.label_names == ("Greek", "Angelic")
    assert dataset.test.columns["character"].tolist() == [2] * 20
    assert dataset.validation.columns["drawer"].tolist() == [19, 20, 19, 20]
    with zipfile.ZipFile(data_dir / "omniglot" / "images_background.zip") as file:
        drawing = np.asarray(Image.open(io.BytesIO(file.read("images_background/Greek/character01/0000_01.png"))))
    assert dataset.train.x[0, 0, 0, 0] == round(255 * (1 - drawing[:4, :4].mean()))  # ink 255; a box of 4×4 pixels


def test_omniglot_in_official_files_equals_the_scaled_form(data_dir):
    write_zips(data_dir / "omniglot")
    other = data_dir / "other" / "omniglot"
    other.mkdir(parents=True)
    arrays = read_parts(*(data_dir / "omniglot" / f"images_{part}.zip" for part in ("background", "evaluation")))
    np.savez(other / "omniglot_28x28.npz", **dict(zip(ARRAYS, arrays, strict=True)))
    assert data.load("omniglot", data_dir=data_dir / "other").fingerprint == data.load("omniglot").fingerprint


def test_omniglot_in_unpacked_folders_is_the_same_data(data_dir):
    write_zips(data_dir / "omniglot")
    whole = data.load("omniglot")
    other = data_dir / "other" / "omniglot"
    for path in (data_dir / "omniglot").glob("*.zip"):
        with zipfile.ZipFile(path) as file:
            file.extractall(other)
    assert data.load("omniglot", data_dir=data_dir / "other").fingerprint == whole.fingerprint


def test_omniglot_with_a_damaged_or_a_stray_drawing_is_refused(data_dir):
    write_zips(data_dir / "omniglot", drawers=1)
    path = data_dir / "omniglot" / "images_evaluation.zip"
    for name, message in (
        ("images/stray.png", "Expected drawings alphabet/"),
        ("Greek/character01/1_2.png", "undamaged"),
    ):
        with zipfile.ZipFile(path, "w") as file:
            file.writestr(name, b"no image")
        with pytest.raises(UserError, match=rf"{message}.* Received: {name} in .*images_evaluation.zip"):
            data.load("omniglot")


def test_omniglot_without_an_array_is_refused(data_dir):
    (data_dir / "omniglot").mkdir()
    np.savez(data_dir / "omniglot" / "omniglot_28x28.npz", images=np.zeros((1, 28, 28), np.uint8))
    with pytest.raises(UserError, match="Expected the arrays images, alphabet"):
        data.load("omniglot")


@pytest.mark.parametrize(
    "change",
    [
        {"alphabet_names": np.array(5)},
        {"alphabet": np.array(["x"] * 60)},
        {"alphabet": np.full(60, 2)},
        {"drawer": np.array(1)},
        {"split": np.ones(60, int)},
        {"images": np.zeros((60, 0, 28), np.uint8)},
    ],
)
def test_omniglot_with_damaged_arrays_is_refused(data_dir, change):
    arrays = write_omniglot(data_dir / "omniglot")
    np.savez(data_dir / "omniglot" / "omniglot_28x28.npz", **(arrays | change))
    with pytest.raises(UserError, match=r"Expected .* Received: .*omniglot_28x28.npz"):
        data.load("omniglot")


@pytest.mark.parametrize(("local", "central", "value"), [(6, 8, 1), (8, 10, 99), (8, 10, 12)])
def test_omniglot_encrypted_or_packed_by_another_method_is_refused(data_dir, local, central, value):
    write_omniglot(data_dir / "omniglot")
    path = data_dir / "omniglot" / "omniglot_28x28.npz"
    content = bytearray(path.read_bytes())
    content[content.find(b"PK\x03\x04") + local] = content[content.find(b"PK\x01\x02") + central] = value
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"undamaged .npz file"):
        data.load("omniglot")
