"""Paintings in folders or a zip file, with and without `paintings.csv`."""

import zipfile

import numpy as np
import pytest

from kvae import data
from kvae.errors import UserError
from tests.data.dataset_splits import splits

ARTISTS = ("alfred-sisley", "claude-monet", "frederic-bazille")


@pytest.fixture
def gallery(data_dir, paint):
    """Write thirty paintings by each of three artists. The red channel is the artist, the green channel the number."""
    folder = data_dir / "paintings"
    lines = ["file,artist,year,title"]
    for k, artist in enumerate(ARTISTS):
        for i in range(30):
            paint(folder / artist / f"{i:04}.png", (k, i, 0))
            lines.append(f'{artist}/{i:04}.png,{artist},{1860 + i if i % 2 else ""},"a title, with comma {i}"')
    (folder / "paintings.csv").write_text("\n".join(lines))
    return folder


def test_paintings_have_artists_as_classes_and_years_or_nan(gallery):
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


def test_paintings_keep_their_split_for_other_seeds_and_artists(gallery):
    every = data.load("paintings", size=8)
    some = data.load("paintings", size=8, seed=9, artists=("frederic-bazille", "claude-monet"))
    assert some.label_names == ("frederic-bazille", "claude-monet")
    for split, chosen in zip(splits(every), splits(some), strict=True):
        kept = split[split.y != 0]
        assert set(kept.columns["file"]) == set(chosen.columns["file"])
        np.testing.assert_array_equal(chosen.y, chosen.x[:, 0, 0, 0] == 1)


def test_paintings_in_a_zip_file_have_the_same_splits(gallery, data_dir):
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


def test_paintings_without_a_table_have_no_years_and_titles(gallery):
    with_table = data.load("paintings", size=8)
    (gallery / "paintings.csv").unlink()
    dataset = data.load("paintings", size=8)
    assert np.isnan(dataset.train.columns["year"]).all()
    assert set(dataset.train.columns["title"]) == {""}
    assert dataset.fingerprint != with_table.fingerprint


@pytest.mark.parametrize(
    "table",
    ["file,artist\na,b\n", *(f"file,artist,year,title\n{row}\n" for row in ("a,b,old,c", "a,b,1870", "a,b,1,c,d"))],
)
def test_paintings_with_a_damaged_table_are_refused(gallery, table):
    (gallery / "paintings.csv").write_text(table)
    with pytest.raises(UserError, match=r"columns file, artist, year .* Received: .*paintings.csv"):
        data.load("paintings", size=8)


def test_paintings_with_an_unknown_artist_or_a_stray_file_are_refused(gallery, paint):
    with pytest.raises(UserError, match=r"artists='claude-manet'. Did you mean claude-monet"):
        data.load("paintings", artists=("claude-manet",))
    paint(gallery / "stray.png")
    with pytest.raises(UserError, match=r"one folder per artist in .* Received: stray.png outside"):
        data.load("paintings")


def test_paintings_in_two_zip_files_are_refused(data_dir):
    (data_dir / "paintings").mkdir()
    for name in ("a.zip", "b.zip"):
        (data_dir / "paintings" / name).write_bytes(b"")
    with pytest.raises(UserError, match=r"one zip file .* Received: a.zip, b.zip"):
        data.load("paintings")
