"""Omniglot, from a small `.npz` file."""

import numpy as np
import pytest

from kvae import data
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
