"""Readers of data, on mutated files: each returns data or raises one `UserError`, within 1 GB and 20 s."""

import gzip
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kvae import data
from kvae.data import cache
from kvae.images.reading import read_images
from tests.fuzzing.harness import Reader, fuzz

FACES = 12


def pixels(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def load(name, **options):
    """Return a function that loads a data set from a folder, and all of its values."""

    def read(folder: Path):
        dataset = data.load(name.format(folder), data_dir=folder.parent, **options)
        splits = [split for split in (dataset.train, dataset.validation, dataset.test) if split is not None]
        return dataset.summary(), [np.array(split.x).sum() for split in splits]

    return read


def write_mnist(folder, suffix=""):
    for part, n in (("train", 24), ("t10k", 4)):
        for kind, contents in (
            ("images-idx3", struct.pack(">IIII", 0x803, n, 6, 6) + bytes(n * 36)),
            ("labels-idx1", struct.pack(">II", 0x801, n) + bytes(n)),
        ):
            (folder / f"{part}-{kind}-ubyte{suffix}").write_bytes(gzip.compress(contents) if suffix else contents)


def write_cifar10(folder):
    for name in ("data_batch_1.bin", "data_batch_2.bin.gz", "test_batch.bin"):
        contents = b"".join(bytes([i]) + bytes(3072) for i in range(3))
        (folder / name).write_bytes(gzip.compress(contents) if name.endswith(".gz") else contents)


def write_stl10(folder):
    for part, n in (("train", 10), ("test", 2)):
        (folder / f"{part}_X.bin").write_bytes(bytes(n * 3 * 96 * 96))
        (folder / f"{part}_y.bin").write_bytes(bytes(range(1, n + 1)))


def write_omniglot(folder, n=20):
    number = np.arange(n)
    np.savez(
        folder / "omniglot_28x28.npz",
        images=pixels(n, 28, 28),
        alphabet=number % 2,
        character=number % 5,
        drawer=number + 1,
        split=(number % 4 == 3).astype(int),
        alphabet_names=np.array(["Greek", "Latin"]),
    )


def write_images(folder, suffixes=("png",), size=(9, 12), n=2):
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(n):
        for suffix in suffixes:
            Image.fromarray(pixels(*size, 3, seed=i)).save(folder / f"{i:06}.{suffix}")


def write_domains(folder):
    for name in ("trainA", "trainB", "testA", "testB"):
        write_images(folder / name, suffixes=("jpg",), size=(8, 8))


def write_zip(path, folder="", n=12):
    write_images(path.parent / "made", n=n)
    with zipfile.ZipFile(path, "w") as archive:
        for image in sorted((path.parent / "made").iterdir()):
            archive.write(image, f"{folder}{image.name}")
            image.unlink()
    (path.parent / "made").rmdir()


def write_celeba(folder, suffix, separator):
    write_zip(folder / "img_align_celeba.zip", n=FACES)
    names = [f"{i:06}.png" for i in range(FACES)]
    lists = {
        "list_attr_celeba": [[str(FACES)], ["Male", "Smiling"], *([name, "-1", "1"] for name in names)],
        "list_eval_partition": [[name, str(i // 5)] for i, name in enumerate(names)],
        "identity_CelebA": [[name, str(i)] for i, name in enumerate(names)],
    }
    if suffix == "csv":
        lists["list_attr_celeba"][:2] = [["image_id", "Male", "Smiling"]]
    for name, rows in lists.items():
        (folder / f"{name}.{suffix}").write_text("".join(f"{separator.join(row)}\n" for row in rows))


def write_paintings(folder):
    for artist in ("monet", "manet"):
        write_images(folder / artist, n=6)
    rows = [f"monet/{i:06}.png,monet,18{i}0,Water\n" for i in range(6)]
    (folder / "paintings.csv").write_text("".join(["file,artist,year,title\n", *rows]))


def write_arrays(folder):
    names = np.array(["cat", "dog"])
    np.savez(folder / "x.npz", x=pixels(20, 4, 4, 1), y=np.arange(20) % 2, label_names=names)


def write_tfds(folder):
    tensorflow = pytest.importorskip("tensorflow")
    tfds = pytest.importorskip("tensorflow_datasets")
    rows = {"image": pixels(12, 8, 8, 3), "label": np.arange(12) % 3}
    tfds.dataset_builders.TfDataBuilder(
        name="tiny",
        version="1.0.0",
        data_dir=folder.parent,
        split_datasets={"train": tensorflow.data.Dataset.from_tensor_slices(rows)},
        features=tfds.features.FeaturesDict(
            {
                "image": tfds.features.Image(shape=(8, 8, 3)),
                "label": tfds.features.ClassLabel(names=["cat", "dog", "owl"]),
            }
        ),
    ).download_and_prepare()


def prepare(folder):
    """Return an array of the cache in `folder`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KVAE_CACHE", str(folder))
        x, notes = cache.prepared("x", 0, 3, lambda notes: notes.update(content="0") or iter(pixels(3, 4, 4, 1)))
    return x.sum(), notes["content"]


def read_image(color):
    return lambda folder: [read_images([path], (8, 8, color)) for path in sorted(folder.iterdir())]


SUFFIXES = ("bmp", "gif", "jpg", "png", "webp", "pgm", "ppm", "tif")
READERS = {
    "idx": ("mnist", Reader(write_mnist, load("mnist"))),
    "idx.gz": ("fashion_mnist", Reader(lambda folder: write_mnist(folder, ".gz"), load("fashion_mnist"))),
    "CIFAR-10": ("cifar10", Reader(write_cifar10, load("cifar10"))),
    "STL-10": ("stl10", Reader(write_stl10, load("stl10", size=8))),
    "binarized MNIST": (
        "binarized_mnist",
        Reader(
            lambda folder: np.savez(
                folder / "binarized_mnist_packed.npz", **{part: pixels(4, 98) for part in ("train", "valid", "test")}
            ),
            load("binarized_mnist"),
        ),
    ),
    "Omniglot": ("omniglot", Reader(write_omniglot, load("omniglot"))),
    "npz": ("npz", Reader(write_arrays, load("npz:{0}/x.npz"), cases=32)),
    "zip": ("zip", Reader(lambda folder: write_zip(folder / "x.zip", "a/"), load("folder:{0}/x.zip", size=8))),
    "damaged zip": (
        "zip",
        Reader(lambda folder: write_zip(folder / "x.zip"), load("folder:{0}/x.zip", size=8, skip_damaged=True)),
    ),
    "folder": ("folder", Reader(lambda folder: write_images(folder, n=12), load("folder:{0}"))),
    "domains": ("domains", Reader(write_domains, load("unpaired:{0}", size=8, aspect="3:2"))),
    "pairs": (
        "pairs",
        Reader(lambda folder: write_zip(folder / "x.zip", "train/"), load("paired:{0}/x.zip", size=8, aspect="keep")),
    ),
    "CelebA": (
        "celeba",
        Reader(lambda folder: write_celeba(folder, "txt", "  "), load("celeba", size=8), files="*.txt", cases=32),
    ),
    "CelebA, CSV": (
        "celeba",
        Reader(lambda folder: write_celeba(folder, "csv", ","), load("celeba", size=8), files="*.csv"),
    ),
    "CelebA, zip": (
        "celeba",
        Reader(lambda folder: write_celeba(folder, "txt", "  "), load("celeba", size=8), files="*.zip"),
    ),
    "paintings": ("paintings", Reader(write_paintings, load("paintings", size=8), files="*.csv", cases=32)),
    "images": ("images", Reader(lambda folder: write_images(folder, SUFFIXES), read_image(3), cases=64)),
    "grey images": ("images", Reader(lambda folder: write_images(folder, SUFFIXES), read_image(1))),
    "cache": ("cache", Reader(prepare, prepare, cases=32)),
    "TFDS": ("tiny", Reader(write_tfds, load("tfds:tiny"), cases=24)),
}


@pytest.mark.parametrize("name", READERS)
def test_reader_of_data_with_mutated_files_returns_or_raises_user_error(name, tmp_path):
    folder, reader = READERS[name]
    fuzz(reader, tmp_path / folder)
