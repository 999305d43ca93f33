"""Paintings in one folder per artist, or in a zip file of these folders. `paintings.csv` gives years and titles."""

import csv
import io
import math
from pathlib import Path

import numpy as np

from kvae.data import image_dataset
from kvae.data.dataset import Dataset
from kvae.data.official_files import find
from kvae.data.splits import first_of_each, split_of
from kvae.errors import UserError
from kvae.files import read_text
from kvae.images.archives import Archive, open_archive
from kvae.suggest import positions


def load(
    folder: Path,
    *,
    size: int = 64,
    artists: tuple[str, ...] | None = None,
    skip_damaged: bool = False,
    limit: int | None = None,
) -> Dataset:
    """Return paintings (size, size, 3) labelled by artist.

    The columns are "file" (artist/file), "year" (NaN if unknown) and "title".

    Eighty per cent of the paintings are training images, ten per cent validation and ten per cent test images. A hash
    of `artist/file` gives the split, so that a painting is in the same split for every seed and every choice of
    `artists`. The optional `paintings.csv` has the columns file (artist/file), artist, year and title.

    limit: number of paintings that are read. They are the first of each artist, in turn.
    """
    archive = _open(folder)
    names = [f"{image.parent}/{image.file}" for image in archive.images]
    stray = next((image.file for image in archive.images if not image.parent), None)
    if stray is not None:
        raise UserError(f"Expected one folder per artist in {archive.path}. Received: {stray} outside of any folder.")
    known_artists, artist = np.unique([image.parent for image in archive.images], return_inverse=True)
    known_artists = known_artists.tolist()
    chosen = positions("artists", artists or known_artists, known_artists)
    new_label = np.full(len(known_artists), -1, np.int32)  # of each artist; -1 if the artist is not chosen
    new_label[chosen] = np.arange(len(chosen))
    y = new_label[artist]
    rows = np.flatnonzero(y >= 0)
    y[rows[~first_of_each(y[rows], limit)]] = -1
    table = _read_table(folder)
    facts = [table.get(name, (math.nan, "")) for name in names]
    columns = {
        "file": np.array(names),
        "year": np.array([year for year, _ in facts], np.float32),
        "title": np.array([title for _, title in facts]),
    }
    return image_dataset.from_archive(
        "paintings",
        archive,
        np.where(y >= 0, [split_of(name) for name in names], "left out"),
        y=y,
        label_names=tuple(known_artists[k] for k in chosen),
        columns=columns,
        size=size,
        skip_damaged=skip_damaged,
    )


def _open(folder: Path) -> Archive:
    """Return the images in the folders of the artists, or else in the only zip file."""
    if find(folder, "*/"):
        return open_archive(folder)
    zips = find(folder, "*.zip")
    if len(zips) > 1:
        raise UserError(f"Expected one zip file in {folder}. Received: {', '.join(path.name for path in zips)}.")
    return open_archive(zips[0])


def _read_table(folder: Path) -> dict[str, tuple[float, str]]:
    """Return the year and the title of each file in `paintings.csv`."""
    path = folder / "paintings.csv"
    if not path.exists():
        return {}
    table, reader = {}, csv.DictReader(io.StringIO(read_text(path), newline=""))
    try:
        for row in reader:
            if None in row or None in row.values():
                raise ValueError("too many or too few columns")
            if row["file"] in table:
                raise ValueError(f"a second row of {row['file']}")
            table[row["file"]] = float(row["year"] or "nan"), row["title"]
    except (KeyError, ValueError, csv.Error) as error:
        raise UserError(
            "Expected the columns file, artist, year (a number or empty) and title, and one row for each file. "
            f"Received: row {reader.line_num} of {path}: {error}."
        ) from error
    return table
