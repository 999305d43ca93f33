"""The programs in benchmarks/data, on small files in the official layouts."""

import io
import runpy
import zipfile

import numpy as np
import pytest
from PIL import Image

from kvae import data
from kvae.data.sources import SOURCES
from kvae.files import sha256
from tests.conftest import ROOT
from tests.data.dataset_splits import counts
from tests.data.test_binarized_mnist import write_lines
from tests.data.test_cifar10 import records, write
from tests.data.test_omniglot import write_zips

PROGRAMS = ROOT / "benchmarks" / "data"


@pytest.fixture
def run(monkeypatch):
    """Return run(program, *paths), which runs a program in this process."""
    monkeypatch.syspath_prepend(PROGRAMS)

    def call(program, *paths):
        monkeypatch.setattr("sys.argv", [program, *map(str, paths)])
        runpy.run_path(str(PROGRAMS / program), run_name="__main__")

    return call


def _images(path) -> dict:
    """Return the images in a zip file by their names."""
    with zipfile.ZipFile(path) as file:
        return {name: Image.open(io.BytesIO(file.read(name))) for name in file.namelist()}


def test_packed_binarized_mnist_is_the_same_data(run, data_dir):
    write_lines(data_dir / "binarized_mnist")
    run(
        "binarized_mnist.py",
        data_dir / "binarized_mnist",
        data_dir / "other/binarized_mnist/binarized_mnist_packed.npz",
    )
    other = data.load("binarized_mnist", data_dir=data_dir / "other")
    assert other.fingerprint == data.load("binarized_mnist").fingerprint


def test_scaled_omniglot_is_the_same_data(run, data_dir):
    write_zips(data_dir / "omniglot")
    run("omniglot.py", data_dir / "omniglot", data_dir / "other" / "omniglot" / "omniglot_28x28.npz")
    assert data.load("omniglot", data_dir=data_dir / "other").fingerprint == data.load("omniglot").fingerprint


def test_birds_and_horses_have_the_same_training_images(run, data_dir):
    for i in range(1, 6):
        write(data_dir / "cifar10", f"data_batch_{i}.bin", records([2, 7, 0, 7, 3, i], red=i))
    write(data_dir / "cifar10", "test_batch.bin", records([2] * 600 + [9] * 600))
    run("cifar10.py", data_dir / "cifar10", data_dir / "other" / "cifar10")
    official = data.load("cifar10", classes=("horse", "bird"))
    smaller = data.load("cifar10", classes=("horse", "bird"), data_dir=data_dir / "other")
    assert (counts(official), counts(smaller)) == ((14, 2, 600), (14, 2, 600))
    np.testing.assert_array_equal(official.train.x, smaller.train.x)
    np.testing.assert_array_equal(official.train.y, smaller.train.y)
    assert len(data.load("cifar10", data_dir=data_dir / "other").test) == 1000


def test_sprite_of_fashion_mnist_is_cut_into_labelled_images(run, tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (900, 28, 28), np.uint8)
    sprite = images.reshape(30, 30, 28, 28).transpose(0, 2, 1, 3).reshape(840, 840)
    Image.fromarray(sprite).save(tmp_path / "sprite.png")
    run("fashion_mnist_sprite.py", tmp_path / "sprite.png", tmp_path / "sprite.npz")
    found = np.load(tmp_path / "sprite.npz")
    np.testing.assert_array_equal(found["images"], images)
    assert np.bincount(found["labels"]).tolist() == [90] * 10
    assert found["labels"][89] == 0 != found["labels"][90]


def test_half_of_celeba_has_the_official_names(run, data_dir, tmp_path, monkeypatch, paint):
    for i in range(1, 4):
        paint(tmp_path / "official" / "img_align_celeba" / f"{i:06}.jpg", (80 * i,) * 3, (178, 218))
    out = data_dir / "celeba" / "img_align_celeba.zip"
    run("celeba.py", tmp_path / "official", out)
    images = _images(out)
    assert list(images) == [f"img_align_celeba/{i:06}.jpg" for i in range(1, 4)]
    assert {image.size for image in images.values()} == {(89, 109)}
    assert np.asarray(images["img_align_celeba/000003.jpg"])[50, 50, 0] == 240


def test_half_of_monet2photo_has_every_second_photograph(run, tmp_path, paint):
    for folder, n in (("trainA", 2), ("testA", 1), ("trainB", 5), ("testB", 2)):
        for i in range(n):
            paint(tmp_path / "monet2photo" / folder / f"{i}.jpg", size=(256, 256))
    run("monet2photo.py", tmp_path / "monet2photo", tmp_path / "smaller.zip")
    images = _images(tmp_path / "smaller.zip")
    assert list(images) == [
        "trainA/0.jpg",
        "trainA/1.jpg",
        "testA/0.jpg",
        "trainB/0.jpg",
        "trainB/2.jpg",
        "trainB/4.jpg",
        "testB/0.jpg",
        "testB/1.jpg",
    ]
    assert {image.size for image in images.values()} == {(128, 128)}


def test_paintings_are_numbered_and_dated_by_their_names(run, data_dir, tmp_path, paint):
    for name in ("a-pond-1899", "a-pond-1899-2", "a-pond-1900(1)", "c-1872-3-oil", "untitled"):
        paint(tmp_path / "collected" / "claude-monet" / f"{name}.jpg", size=(40, 30))
    paint(tmp_path / "collected" / "alfred-sisley" / "a-road-1875.jpg", size=(30, 40))
    run("paintings.py", tmp_path / "collected", data_dir / "paintings")
    assert {image.size for image in _images(data_dir / "paintings" / "paintings.zip").values()} == {(224, 224)}
    dataset = data.load("paintings", size=8)
    rows = {}
    for split in (dataset.train, dataset.validation, dataset.test):
        for file, year, title in (
            zip(*(split.columns[k] for k in ("file", "year", "title")), strict=True) if split else ()
        ):
            rows[str(file)] = (str(title), None if np.isnan(year) else int(year))
    assert rows == {
        "alfred-sisley/0001.jpg": ("a-road-1875", 1875),
        "claude-monet/0001.jpg": ("a-pond-1899-2", 1899),
        "claude-monet/0002.jpg": ("a-pond-1899", 1899),
        "claude-monet/0003.jpg": ("a-pond-1900(1)", 1900),
        "claude-monet/0004.jpg": ("c-1872-3-oil", None),
        "claude-monet/0005.jpg": ("untitled", None),
    }


@pytest.mark.real
def test_real_binarized_mnist_is_made_from_the_official_files(real, run, tmp_path):
    """The lines that the packed rows stand for have the official checksums, and packing them gives the file again."""
    packed = np.load(real / "binarized_mnist" / "binarized_mnist_packed.npz")
    official = {file.name: file.sha256 for file in SOURCES["binarized_mnist"].files}
    for split in packed.files:
        lines = np.full((len(packed[split]), 784, 2), ord(" "), np.uint8)
        lines[..., 0] = np.unpackbits(packed[split], axis=1) + ord("0")
        lines[:, -1, 1] = ord("\n")
        path = tmp_path / f"binarized_mnist_{split}.amat"
        path.write_bytes(lines.tobytes())
        assert sha256(path) == official[path.name]
    run("binarized_mnist.py", tmp_path, tmp_path / "packed.npz")
    again = np.load(tmp_path / "packed.npz")
    for split in packed.files:
        np.testing.assert_array_equal(again[split], packed[split])


@pytest.mark.real
def test_real_table_of_paintings_is_made_from_their_names(real, monkeypatch):
    monkeypatch.syspath_prepend(PROGRAMS)
    program = runpy.run_path(str(PROGRAMS / "paintings.py"))
    official = (real / "paintings" / "paintings.csv").read_bytes().decode()
    named = [line.split(",", 3) for line in official.splitlines()[1:]]
    rows = program["table"]((artist, f"{title}.jpg") for _, artist, _, title in named)
    assert program["as_csv"](list(rows)) == official
