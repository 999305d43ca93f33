"""TFDS, with small data sets that are written in its format and read back by `tfds.load`."""

import shutil
import time

import numpy as np
import pytest

from kvae import data
from kvae.errors import UserError
from tests.data.dataset_splits import counts, splits


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Write a TFDS folder with `tiny` and `mnist` (classes), `celeb_a` (attributes) and `odd` (images of two sizes)."""
    tensorflow = pytest.importorskip("tensorflow")
    tfds = pytest.importorskip("tensorflow_datasets")
    home = tmp_path_factory.mktemp("tfds")

    def write(name, features, parts):
        splits = {
            part: tensorflow.data.Dataset.from_generator(
                lambda rows=rows: iter(rows),
                output_signature=tensorflow.nest.map_structure(
                    lambda v: tensorflow.TensorSpec([None] * np.ndim(v), np.asarray(v).dtype), rows[0]
                ),
            )
            for part, rows in parts.items()
        }
        tfds.dataset_builders.TfDataBuilder(
            name=name,
            version="3.0.1",
            data_dir=home,
            split_datasets=splits,
            features=tfds.features.FeaturesDict(features),
            disable_shuffling=True,
        ).download_and_prepare()

    def image(i, height=8, width=8, channels=3):
        return np.full((height, width, channels), i, np.uint8)

    labels = tfds.features.ClassLabel(names=["cat", "dog", "owl"])
    classes = {"image": tfds.features.Image(shape=(8, 8, 3)), "label": labels}
    rows = [{"image": image(i), "label": np.int64(i % 3)} for i in range(30)]
    write("tiny", classes, {"train": rows, "test": rows[:6]})

    grey = {"image": tfds.features.Image(shape=(8, 8, 1)), "label": tfds.features.ClassLabel(num_classes=10)}
    digits = [{"image": image(i, channels=1), "label": np.int64(i % 10)} for i in range(24)]
    write("mnist", grey, {"train": digits, "test": digits[:4]})

    names = ("Male", "Smiling")
    faces = {
        "image": tfds.features.Image(shape=(218, 178, 3)),
        "attributes": {name: tfds.features.Scalar(np.bool_) for name in names},
    }
    people = [
        {
            "image": image(i, 218, 178),
            "attributes": {"Male": np.bool_(i % 2), "Smiling": np.bool_(i % 3 == 0)},
        }
        for i in range(6)
    ]
    write("celeb_a", faces, {"train": people[:3], "validation": people[3:5], "test": people[5:]})

    several = {"image": tfds.features.Image(shape=(None, None, 3))}
    write("odd", several, {"train": [{"image": image(0)} for _ in range(4)] + [{"image": image(1, 9, 9)}]})
    return home


def test_tfds_images_match_their_classes(prepared):
    dataset = data.load("tfds:tiny", data_dir=prepared)
    assert dataset.name == "tfds:tiny"
    assert dataset.label_names == ("cat", "dog", "owl")
    assert counts(dataset) == (27, 3, 6)
    for split in splits(dataset):
        np.testing.assert_array_equal(split.y, split.x[:, 0, 0, 0] % 3)
        assert split.y.dtype == np.int32
    both = np.concatenate([dataset.train.x, dataset.validation.x])[:, 0, 0, 0]
    assert sorted(both) == list(range(30))
    assert isinstance(dataset.train.x, np.memmap)


def test_tfds_fingerprint_depends_on_every_setting(prepared):
    first, again = (data.load("tfds:tiny", data_dir=prepared) for _ in range(2))
    others = [{"seed": 1}, {"size": 4}, {"classes": ("dog", "owl")}]
    prints = {data.load("tfds:tiny", data_dir=prepared, **other).fingerprint for other in others}
    assert first.fingerprint == again.fingerprint
    assert len(prints | {first.fingerprint}) == 4


def test_tfds_chosen_classes_are_numbered_in_the_order_given(prepared):
    dataset = data.load("tfds:tiny:3.0.1", data_dir=prepared, classes=("owl", "cat"), size=4)
    assert dataset.label_names == ("owl", "cat")
    assert dataset.shape == (4, 4, 3)
    for split in splits(dataset):
        np.testing.assert_array_equal(split.y, split.x[:, 0, 0, 0] % 3 == 0)


def test_load_without_official_files_reads_the_prepared_tfds_copy(prepared, data_dir, monkeypatch):
    assert not data.is_available("mnist")
    monkeypatch.setenv("TFDS_DATA_DIR", str(prepared))
    assert data.is_available("mnist")
    dataset = data.load("mnist")
    assert dataset.name == "mnist"
    assert counts(dataset) == (22, 2, 4)
    assert dataset.shape == (8, 8, 1)


def test_tfds_limit_counts_the_examples_of_each_split(prepared):
    dataset = data.load("tfds:tiny", data_dir=prepared, classes=("owl", "cat"), limit=5)
    assert len(dataset.train) + len(dataset.validation or ()) == 5
    assert counts(dataset)[2] == 4
    assert dataset.fingerprint != data.load("tfds:tiny", data_dir=prepared, classes=("owl", "cat")).fingerprint


def test_load_of_celebas_tfds_copy_crops_and_labels(prepared):
    dataset = data.load("celeba", data_dir=prepared, attributes=("Smiling",))
    assert (dataset.shape, dataset.label_names) == ((64, 64, 3), ("Smiling",))
    assert counts(dataset) == (3, 2, 1)
    for split in splits(dataset):
        np.testing.assert_array_equal(split.y[:, 0], split.x[:, 0, 0, 0] % 3 == 0)
    assert data.load("celeba", data_dir=prepared, size=16).label_names == ("Male", "Smiling")


def test_tfds_with_images_of_two_sizes_requires_a_size(prepared):
    with pytest.raises(UserError, match=r"one size. Received: image 0 of 8×8×3, image 4 of 9×9×3"):
        data.load("tfds:odd", data_dir=prepared, validation=0.0)
    assert data.load("tfds:odd", data_dir=prepared, size=4).train.y is None


def test_tfds_with_absent_or_unknown_classes_is_refused(prepared):
    with pytest.raises(UserError, match="Expected a data set with these labels"):
        data.load("tfds:odd", data_dir=prepared, size=4, classes=("cat",))
    with pytest.raises(UserError, match="classes='cow'"):
        data.load("tfds:tiny", data_dir=prepared, classes=("cow",))


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda contents: contents[:-5], r"truncated record .*requested\.$"),
        (lambda contents: bytes([contents[0] ^ 1]) + contents[1:], "corrupted record at 0"),  # its length
        (
            lambda contents: contents[:60] + bytes([contents[60] ^ 1]) + contents[61:],
            "corrupted record at 12",
        ),  # pixels
    ],
)
def test_tfds_with_a_damaged_file_raises_user_error(prepared, tmp_path, damage, reason):
    """TensorFlow verifies the checksum of each record."""
    shutil.copytree(prepared / "tiny", tmp_path / "tiny")
    (record,) = (tmp_path / "tiny" / "3.0.1").glob("*train*")
    record.write_bytes(damage(record.read_bytes()))
    with pytest.raises(UserError, match=rf"that TFDS can read. Received: tfds:tiny:3.0.1: {reason}"):
        data.load("tfds:tiny", data_dir=tmp_path)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("dataset_info.json", '"30"', '"1000000000000"', "as many examples as"),
        ("label.labels.txt", "cat\ndog\nowl", "cat\ndog", "an integer from -1 to 1 for each of"),
        ("features.json", '"3"', '"x"', "Received: tfds:tiny"),
    ],
)
def test_tfds_with_facts_that_contradict_its_files_raises_user_error(prepared, tmp_path, file, old, new, message):
    shutil.copytree(prepared / "tiny", tmp_path / "tiny")
    path = tmp_path / "tiny" / "3.0.1" / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(UserError, match=message):
        data.load("tfds:tiny", data_dir=tmp_path)


def test_tfds_that_is_not_prepared_is_refused_at_once(tmp_path):
    start = time.monotonic()
    with pytest.raises(UserError, match=r"Received: tfds:cifar100, not in .*download=True"):
        data.load("tfds:cifar100", data_dir=tmp_path)
    assert time.monotonic() - start < 5
    assert not data.is_available("tfds:cifar100")


def test_tfds_that_is_not_installed_names_the_command_to_install_it(prepared, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "tensorflow_datasets", None)
    with pytest.raises(UserError, match=r'pip install "kvae-zoo\[tfds\]"'):
        data.load("tfds:tiny", data_dir=prepared)
