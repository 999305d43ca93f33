"""Number paintings from WikiArt, scale them to 224×224, and write their titles and years into paintings.csv.

The folder has one folder for each artist, and the files have WikiArt's names, title-year.jpg, such as
collected/claude-monet/impression-sunrise-1872.jpg.

    python benchmarks/data/paintings.py collected data/paintings
"""

import csv
import io
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from scaled import write_zip

from kvae.files import atomic
from kvae.images.archives import open_archive

EDGE = 224
_YEAR = re.compile(r"-(1[5-9]\d\d)(?:-\d+|\(\d+\))?$")
"""The year at the end of a title. A number may follow it, if several paintings have one title."""


def main(folder: Path, out: Path) -> None:
    archive = open_archive(folder)
    rows = list(table((image.parent, image.file) for image in archive.images))
    named = [(row["file"], image) for row, image in zip(rows, archive.images, strict=True)]
    write_zip(out / "paintings.zip", archive, named, lambda width, height: (EDGE, EDGE))
    with atomic(out / "paintings.csv") as temporary:
        temporary.write_bytes(as_csv(rows).encode())


def table(images: Iterable[tuple[str, str]]) -> Iterator[dict[str, str]]:
    """Yield the row of each painting, given by its artist and its file name, in sorted order."""
    last, number = None, 0
    for artist, file in images:
        last, number = artist, number + 1 if artist == last else 1
        title = file.rpartition(".")[0]
        year = _YEAR.search(title)
        yield {
            "file": f"{artist}/{number:04}.jpg",
            "artist": artist,
            "year": year[1] if year else "",
            "title": title,
        }


def as_csv(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
