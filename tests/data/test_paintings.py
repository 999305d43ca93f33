"""Paintings in folders or a zip, with and without their table."""

import zipfile

import numpy as np
import pytest

from kvae import data
from kvae.errors import UserError

ARTISTS = ("alfred-sisley", "claude-monet", "frederic-bazille")


@pytest.fixture
def gallery(data_dir, paint):
    """Thirty paintings by each of three artists; the red channel is the artist, the green the number."""
    folder = data_dir / "paintings"
    lines = ["file,artist,year,title"]
    for k, artist in enumerate(ARTISTS):
        for i in range(30):
            paint(folder / artist / f"{i:04}.png", (k, i, 0))
            lines.append(f'{artist}/{i:04}.png,{artist},{1860 + i if i % 2 else ""},"a title, with comma {i}"')
    (folder / "paintings.csv").write_text("\n".join(lines))
    return folder


def splits(dataset):
    return dataset.train, dataset.validation, dataset.test


def test_artists_are_classes_and_years_are_known_or_nan(gallery):
    dataset = data.load("paintings")
    assert dataset.label_names == ARTISTS
    assert dataset.shape == (64, 64, 3)
    assert sum(map(len, splits(dataset))) == 90
    for split in splits(dataset):
        number = split.x[:, 0, 0, 1].astype(int)
        np.testing.assert_array_equal(split.y, split.x[:, 0, 0, 0])
        np.testing.assert_array_equal(split.columns["year"], np.where(number % 2, 1860 + number, np.nan))
        assert split.columns["title"][0] == f"a title, with comma {number[0]}"
        assert split.columns["file"][0] == f"{ARTISTS[split.y[0]]}/{number[0]:04}.png"


def test_a_painting_stays_in_its_split(gallery):
    every = data.load("paintings", size=8)
    some = data.load("paintings", size=8, seed=9, artists=("frederic-bazille", "claude-monet"))
    assert some.label_names == ("frederic-bazille", "claude-monet")
    for split, chosen in zip(splits(every), splits(some), strict=True):
        kept = split[split.y != 0]
        assert set(kept.columns["file"]) == set(chosen.columns["file"])
        np.testing.assert_array_equal(chosen.y, chosen.x[:, 0, 0, 0] == 1)


def test_a_zip_with_a_folder_around_it_is_split_alike(gallery, data_dir):
    before = data.load("paintings", size=8)
    other = data_dir / "other" / "paintings"
    other.mkdir(parents=True)
    with zipfile.ZipFile(other / "paintings.zip", "w") as file:
        for path in gallery.rglob("*.png"):
            file.write(path, f"paintings/{path.relative_to(gallery)}")
    (other / "paintings.csv").write_text((gallery / "paintings.csv").read_text())
    after = data.load("paintings", size=8, data_dir=data_dir / "other")
    for split, same in zip(splits(before), splits(after), strict=True):
        np.testing.assert_array_equal(split.x, same.x)
        np.testing.assert_array_equal(split.columns["year"], same.columns["year"])


def test_without_a_table_nothing_is_known(gallery):
    with_table = data.load("paintings", size=8)
    (gallery / "paintings.csv").unlink()
    dataset = data.load("paintings", size=8)
    assert np.isnan(dataset.train.columns["year"]).all()
    assert set(dataset.train.columns["title"]) == {""}
    assert dataset.fingerprint != with_table.fingerprint


@pytest.mark.parametrize("table", ["file,artist\na,b\n", "file,artist,year,title\na,b,old,c\n"])
def test_a_damaged_table(gallery, table):
    (gallery / "paintings.csv").write_text(table)
    with pytest.raises(UserError, match=r"columns file, artist, year .* Received: .*paintings.csv"):
        data.load("paintings", size=8)


def test_unknown_artists_and_stray_paintings(gallery, paint):
    with pytest.raises(UserError, match=r"artists='claude-manet'. Did you mean claude-monet"):
        data.load("paintings", artists=("claude-manet",))
    paint(gallery / "stray.png")
    with pytest.raises(UserError, match=r"one folder per artist in .* Received: stray.png outside"):
        data.load("paintings")


def test_two_zips_are_one_too_many(data_dir):
    (data_dir / "paintings").mkdir()
    for name in ("a.zip", "b.zip"):
        (data_dir / "paintings" / name).write_bytes(b"")
    with pytest.raises(UserError, match=r"one zip file .* Received: a.zip, b.zip"):
        data.load("paintings")
