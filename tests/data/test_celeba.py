"""CelebA, from small files in the official layout."""

import zipfile

import numpy as np
import pytest
from PIL import Image

from kvae import data
from kvae.errors import UserError
from tests.data.dataset_splits import counts, splits

NAMES = ["5_o_Clock_Shadow", "Male", "Smiling"]


def write_celeba(folder, n=20, parts=None, identities=None, listed=30):
    """Write faces of 178×218. Image i has the value i inside the usual crop and 0 outside."""
    images = folder / "img_align_celeba"
    images.mkdir(parents=True)
    for i in range(1, n + 1):
        x = np.zeros((218, 178, 3), np.uint8)
        x[35:183, 15:163] = i
        Image.fromarray(x).save(images / f"{i:06}.png")
    lines = [f"{i:06}.png {'-1' if i % 2 else ' 1'} {' 1' if i % 3 == 0 else '-1'} -1" for i in range(1, listed + 1)]
    (folder / "list_attr_celeba.txt").write_text("\n".join([str(listed), " ".join(NAMES), *lines, ""]))
    for name, numbers in (("list_eval_partition.txt", parts), ("identity_CelebA.txt", identities)):
        if numbers is not None:
            rows = [f"{i + 1:06}.png {number}" for i, number in enumerate(numbers)]
            (folder / name).write_text("\n".join(rows) + "\n")
    return folder


def test_celeba_images_hold_the_face_crop_only(data_dir):
    write_celeba(data_dir / "celeba")
    dataset = data.load("celeba")
    assert dataset.shape == (64, 64, 3)
    for split in (dataset.train, dataset.validation):
        numbers = np.array([int(file[:6]) for file in split.columns["file"]])[:, None, None, None]
        assert (split.x[:, 3:-3, 3:-3] == numbers).all()
        # The pixels outside the crop are black, and the bicubic kernel reaches them.
        assert (split.x[:, 1:-1, 1:-1] > 0.9 * numbers).all()
        assert (split.x[:, 0, 32] < numbers[:, 0, 0]).any()


def test_celeba_attributes_become_zero_and_one(data_dir):
    write_celeba(data_dir / "celeba")
    dataset = data.load("celeba", size=8)
    assert dataset.label_names == tuple(NAMES)
    for split in (dataset.train, dataset.validation):
        i = np.array([int(file[:6]) for file in split.columns["file"]])
        np.testing.assert_array_equal(split.y, np.stack([i % 2 == 0, i % 3 == 0, 0 * i], 1))
        assert split.y.dtype == np.uint8


def test_celeba_chosen_attributes_keep_the_order_given(data_dir):
    write_celeba(data_dir / "celeba")
    chosen = data.load("celeba", size=8, attributes=("Smiling", "Male"))
    assert chosen.label_names == ("Smiling", "Male")
    every = data.load("celeba", size=8)
    np.testing.assert_array_equal(chosen.train.y, every.train.y[:, [2, 1]])
    assert chosen.fingerprint != every.fingerprint
    with pytest.raises(UserError, match=r"attributes='male'. Did you mean Male"):
        data.load("celeba", attributes=("male",))
    with pytest.raises(UserError, match="one or more different names"):
        data.load("celeba", attributes=("Male", "Male"))


def test_celeba_uses_the_official_partition(data_dir):
    write_celeba(data_dir / "celeba", n=6, parts=[0, 1, 2, 0, 1, 2], identities=[1] * 6)
    dataset = data.load("celeba", size=8)
    files = [[int(f[:6]) for f in s.columns["file"]] for s in splits(dataset)]
    assert files == [[1, 4], [2, 5], [3, 6]]
    assert dataset.notes == ()
    assert dataset.fingerprint == data.load("celeba", size=8, seed=5).fingerprint


def test_celeba_without_validation_images_draws_a_tenth_by_identity(data_dir):
    identities = [i // 2 for i in range(40)]
    write_celeba(data_dir / "celeba", n=40, parts=[0] * 36 + [2] * 4, identities=identities, listed=40)
    dataset = data.load("celeba", size=8)
    assert counts(dataset) == (32, 4, 4)
    assert not set(dataset.train.columns["identity"]) & set(dataset.validation.columns["identity"])
    assert "4 training images were drawn for validation, with no person in both splits" in dataset.summary()
    again, other = data.load("celeba", size=8), data.load("celeba", size=8, seed=1)
    assert dataset.fingerprint == again.fingerprint != other.fingerprint
    assert set(dataset.validation.columns["file"]) != set(other.validation.columns["file"])


def test_celeba_zip_in_official_subfolders_equals_the_plain_folder(data_dir):
    folder = write_celeba(data_dir / "plain" / "celeba")
    plain = data.load("celeba", size=8, data_dir=data_dir / "plain")
    official = data_dir / "celeba"
    for name in ("Img", "Anno"):
        (official / name).mkdir(parents=True)
    with zipfile.ZipFile(official / "Img" / "img_align_celeba.zip", "w") as file:
        for path in (folder / "img_align_celeba").iterdir():
            file.write(path, f"img_align_celeba/{path.name}")
    (folder / "list_attr_celeba.txt").rename(official / "Anno" / "list_attr_celeba.txt")
    assert data.is_available("celeba")
    dataset = data.load("celeba", size=8)
    assert dataset.fingerprint == plain.fingerprint
    np.testing.assert_array_equal(dataset.train.x, plain.train.x)


def test_celeba_leaves_out_a_damaged_face_with_its_attributes(data_dir):
    folder = write_celeba(data_dir / "celeba")
    (folder / "img_align_celeba" / "000007.png").write_bytes(b"no image")
    with pytest.raises(UserError, match=r"000007.png"):
        data.load("celeba", size=8)
    dataset = data.load("celeba", size=8, skip_damaged=True)
    for split in (dataset.train, dataset.validation):
        np.testing.assert_array_equal(split.y[:, 0], split.x[:, 4, 4, 0] % 2 == 0)
    assert len(dataset.train) + len(dataset.validation) == 19


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "list_attr_celeba.txt",
            "2\nMale\n000001.png 1\n",
            "a row for every image. Received: .*000002.png",
        ),
        ("list_attr_celeba.txt", "", "row for every image. Received: .*, which is empty"),
        ("list_attr_celeba.txt", "2\nMale\n000001.png 1\n000002.png 0\n", "Expected -1 or 1"),
        ("list_attr_celeba.txt", "2\nMale\n000001.png 1\n000002.png x\n", "Expected -1 or 1"),
        ("list_attr_celeba.txt", f"2\nMale,Old\n000001.png,{'1' * 200_000},1\n", "row 3 of .*field larger"),
        ("list_eval_partition.txt", "000001.png 0\n", "a row for every image. Received: .*000002.png"),
        ("list_eval_partition.txt", "000001.png 0\n000002.png 7\n", "partition of 0, 1 and 2. Received: .*7"),
        ("identity_CelebA.txt", "000001.png a\n000002.png b\n", "a file and a number.* Received: row 1 of .*: a"),
    ],
)
def test_celeba_with_a_damaged_list_is_refused(data_dir, name, content, message):
    folder = write_celeba(data_dir / "celeba", n=2, listed=2)
    (folder / name).write_text(content)
    with pytest.raises(UserError, match=message):
        data.load("celeba", size=8)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("separator", [" ", ",", ";"])
def test_celeba_lists_in_other_forms_are_the_same_data(data_dir, encoding, separator):
    folder = write_celeba(data_dir / "celeba", n=6, parts=[0, 0, 1, 1, 2, 2], listed=6)
    before = data.load("celeba", size=8)
    for name, header in (
        ("list_attr_celeba", f"image_id {' '.join(NAMES)}"),
        ("list_eval_partition", "image_id partition"),
    ):
        lines = (folder / f"{name}.txt").read_text().splitlines()
        rows = [header, *(line for line in lines if ".png" in line)]
        text = "\r\n\r\n".join(separator.join(row.split()) for row in rows)
        (folder / f"{name}.txt").unlink()
        (folder / f"{name}.csv").write_bytes(text.encode(encoding))
    after = data.load("celeba", size=8)
    assert counts(after) == (2, 2, 2)
    assert after.fingerprint == before.fingerprint


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("-1\n000003.png", "\n000003.png", "a file and 3 values in each row. Received: row 4 of .*: 2"),
        ("-1\n000003.png", "-1 1\n000003.png", "a file and 3 values in each row. Received: row 4 of .*: 4"),
        ("-1\n000003.png", "257\n000003.png", "-1 or 1 for each of 3 attributes. Received: row 4 of .*:  ?1 -1 257"),
        ("000003.png", "000002.png", "one row for each file. Received: rows 4 and 5 of .*, both of 000002.png"),
    ],
)
def test_celeba_with_a_damaged_row_names_its_number(data_dir, old, new, message):
    folder = write_celeba(data_dir / "celeba", n=6, listed=6)
    path = folder / "list_attr_celeba.txt"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(UserError, match=message):
        data.load("celeba", size=8)


@pytest.mark.parametrize("value", [-1, 3, 2**40, "x"])
def test_celeba_with_another_partition_names_the_row(data_dir, value):
    write_celeba(data_dir / "celeba", n=3, parts=[0, 1, value])
    with pytest.raises(UserError, match=rf"a partition of 0, 1 and 2. Received: row 3 of .*: {value}"):
        data.load("celeba", size=8)


def test_celeba_without_a_partition_notes_that_it_is_missing(data_dir):
    write_celeba(data_dir / "celeba")
    assert "list_eval_partition.txt (or .csv) is missing." in data.load("celeba", size=8).summary()


def test_celeba_landscape_image_is_cropped_to_its_height(data_dir):
    folder = write_celeba(data_dir / "celeba", n=9, parts=[0] * 8 + [1])
    Image.fromarray(np.full((100, 300, 3), 7, np.uint8)).save(folder / "img_align_celeba" / "000001.png")
    assert (data.load("celeba", size=8).train.x[0] == 7).all()
