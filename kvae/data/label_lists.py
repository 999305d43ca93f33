"""Lists of labels by file name, in the form of CelebA's official files or as CSV, in any encoding with a byte order mark."""

import csv
import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kvae.errors import UserError
from kvae.files import read_text

_FILE_COLUMNS = ("image_id", "image", "file", "filename", "file_name", "name", "")
"""Names, in lower case, of the column of file names in the header of a CSV file."""


@dataclasses.dataclass(frozen=True)
class LabelList:
    """Values of each file in a list.

    path: path of the list, for messages.
    names: names of the values, () without a header.
    rows: row number, counted from 1, and text of the row of each file. The rows are kept as texts, since the official
        lists hold millions of values.
    """

    path: Path
    names: tuple[str, ...]
    rows: dict[str, tuple[int, str]]

    def values(self, files: Sequence[str], what: str, known: dict[str, int] | None = None) -> np.ndarray:
        """Return the values of `files` as int32 (N, A).

        what: the values in words, for messages, such as "-1 or 1".
        known: number of each value, or None for integers of 32 bits.

        Raises:
            UserError: A file has no row, or a value is none of those.
        """
        y = np.empty((len(files), max(1, len(self.names))), np.int32)
        for i, file in enumerate(files):
            if file not in self.rows:
                raise UserError(f"Expected a row for every image. Received: {self.path} without {file}.")
            number, row = self.rows[file]
            _, *cells = _cells(row)
            try:
                y[i] = [int(cell) for cell in cells] if known is None else [known[cell] for cell in cells]
            except (KeyError, ValueError, OverflowError):
                received = " ".join(cells)[:80]
                raise UserError(f"Expected {what}. Received: row {number} of {self.path}: {received}.") from None
        return y


def read_label_list(path: Path, *, header: bool) -> LabelList:
    """Return the list at `path`. Blank lines, and a first line that holds only the number of rows, are skipped.

    header: True if a line with the names of the values precedes the rows. Otherwise each file has one value, and such a
        line is optional.

    Raises:
        UserError: The header is missing, a row has too many or too few values, or a file has two rows.
    """
    lines = ((number, line) for number, line in enumerate(read_text(path).splitlines(), 1) if line.strip())
    names, rows, width = (), {}, 1
    for number, line in lines:
        try:
            file, *values = _cells(line)
        except csv.Error as error:  # an endless value, as in a file that is none of text
            raise UserError(f"Expected a list of labels. Received: row {number} of {path}: {error}.") from error
        if not rows and not names:
            if not values and file.isdecimal():
                continue  # the number of rows
            if header or file.lower() in _FILE_COLUMNS:
                names = tuple(values if file.lower() in _FILE_COLUMNS else (file, *values))
                width = len(names)
                continue
        if len(values) != width:
            expected = "one value" if width == 1 else f"{width} values"
            raise UserError(
                f"Expected a file and {expected} in each row. Received: row {number} of {path}: {len(values)}."
            )
        if file in rows:
            raise UserError(
                f"Expected one row for each file. Received: rows {rows[file][0]} and {number} of {path}, both of {file}."
            )
        rows[file] = number, line
    if header and not names:
        raise UserError(f"Expected names of attributes and a row for every image. Received: {path}, which is empty.")
    return LabelList(path, names, rows)


def _cells(line: str) -> list[str]:
    """Return the values in a line, which commas, semicolons or blanks separate."""
    separator = next((mark for mark in ",;" if mark in line), None)
    return (
        line.split() if separator is None else [cell.strip() for cell in next(csv.reader([line], delimiter=separator))]
    )
