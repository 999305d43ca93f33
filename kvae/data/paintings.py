"""Paintings in one folder per artist, or a zip of such, with the years and titles of a `paintings.csv`."""

import csv
import math
from pathlib import Path

import numpy as np

from kvae.data import image_dataset
from kvae.data.dataset import Dataset
from kvae.data.image_files import Archive, open_archive
from kvae.data.official_files import find
from kvae.data.splits import by_name
from kvae.errors import UserError
from kvae.suggest import positions


def load(
    folder: Path, *, size: int = 64, artists: tuple[str, ...] | None = None, skip_damaged: bool = False
) -> Dataset:
    """Paintings (size, size, 3) labelled by artist; columns "file", "year" (NaN where unknown) and "title".

    Eighty per cent of the paintings train, ten are validation and ten test. A hash of `artist/file` decides,
    so a painting is in the same split for every seed and every choice of `artists`. The optional
    `paintings.csv` has the columns file (artist/file), artist, year and title; what it does not tell stays
    unknown.
    """
    archive = _open(folder)
    names = [f"{picture.parent}/{picture.file}" for picture in archive.pictures]
    artist = np.array([picture.parent for picture in archive.pictures])
    labels = np.unique(artist)
    stray = next((picture.file for picture in archive.pictures if not picture.parent), None)
    if stray is not None:
        raise UserError(f"Expected one folder per artist in {archive.path}. Received: {stray} in none.")
    chosen = positions("artists", artists or labels.tolist(), labels.tolist())
    number = np.full(len(labels), -1, np.int32)
    number[chosen] = np.arange(len(chosen))
    y = number[np.searchsorted(labels, artist)]
    known = _read_table(folder)
    facts = [known.get(name, (math.nan, "")) for name in names]
    columns = {
        "file": np.array(names),
        "year": np.array([year for year, _ in facts], np.float32),
        "title": np.array([title for _, title in facts]),
    }
    return image_dataset.dataset(
        "paintings",
        archive,
        archive.pictures,
        np.where(y >= 0, [by_name(name) for name in names], "left out"),
        y=y,
        labels=tuple(labels[chosen].tolist()),
        columns=columns,
        size=size,
        skip_damaged=skip_damaged,
    )


def _open(folder: Path) -> Archive:
    """The artists' folders, or else the only zip."""
    if find(folder, "*/"):
        return open_archive(folder)
    zips = find(folder, "*.zip")
    if len(zips) > 1:
        raise UserError(f"Expected one zip in {folder}. Received: {', '.join(path.name for path in zips)}.")
    return open_archive(zips[0])


def _read_table(folder: Path) -> dict[str, tuple[float, str]]:
    """Year and title by file."""
    path = folder / "paintings.csv"
    if not path.exists():
        return {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        try:
            return {row["file"]: (float(row["year"] or "nan"), row["title"]) for row in csv.DictReader(file)}
        except (KeyError, ValueError, TypeError, csv.Error) as error:
            raise UserError(
                f"Expected the columns file, artist, year (a number or empty) and title. Received: {path}: {error}."
            ) from error
