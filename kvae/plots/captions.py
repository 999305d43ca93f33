"""Captions of sheets of images: a title, and a text at each row and column."""

import importlib.util
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

_SIZE = 12  # of the font, in pixels
_LINE = 16  # height of a line of text, in pixels
_MARGIN = 4  # between a text and the images, in pixels


def captioned(sheet: Image.Image, title: str = "", rows: Sequence = (), columns: Sequence = ()) -> Image.Image:
    """Return a sheet of images with a title and a caption for each row and column.

    Rows have their captions on the left. The title and the captions of columns stand above. The images keep their pixels,
    in the lower right corner. Where the captions of columns do not fit next to each other, some are left out.

    Args:
        sheet: a grid of images.
        title: text above the sheet, wrapped at its width.
        rows, columns: a text or a number for each row and column of the grid, or nothing.
    """
    font = _font()
    rows, columns = [_text(row) for row in rows], [_text(column) for column in columns]
    left = max((math.ceil(font.getlength(row)) + 2 * _MARGIN for row in rows), default=0)
    lines = _wrapped(title, left + sheet.width, font)
    top = _LINE * (len(lines) + bool(columns)) + (_MARGIN if lines or columns else 0)
    page = Image.new("RGB", (left + sheet.width, top + sheet.height), "white")
    page.paste(sheet, (left, top))
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        draw.text((_MARGIN // 2, _LINE * number), line, "black", font)
    for number, row in enumerate(rows):
        middle = top + (number + 0.5) * sheet.height / len(rows)
        draw.text((left - _MARGIN, middle), row, "black", font, anchor="rm")
    if columns:
        width = sheet.width / len(columns)
        every = math.ceil(max(map(font.getlength, columns)) / width)
        for number in range(0, len(columns), every):
            place = left + (number + 0.5) * width, top - _MARGIN - _LINE / 2
            draw.text(place, columns[number], "black", font, anchor="mm")
    return page


def lines_height(below: Sequence[Sequence[str]]) -> int:
    """Return the height, in pixels, of the lines of text below each image."""
    return _LINE * max(map(len, below), default=0)


def write_lines(
    page: Image.Image, places: Sequence[tuple[int, int]], width: int, below: Sequence[Sequence[str]]
) -> None:
    """Write lines of text into `page`, below images of this width.

    Args:
        page: the image.
        places: lower left corner (x, y) of each image.
        width: width of an image. Longer lines are shortened.
        below: lines of text of each image, or nothing.
    """
    draw, font = ImageDraw.Draw(page), _font()
    for (x, y), lines in zip(places, below, strict=False):
        for number, line in enumerate(lines):
            draw.text(
                (x + width / 2, y + _LINE * (number + 0.5)), _shortened(line, width, font), "black", font, anchor="mm"
            )


def _shortened(line: str, width: float, font) -> str:
    """Return `line`, or as much of its beginning as fits into `width` pixels, with an ellipsis."""
    if font.getlength(line) <= width:
        return line
    return next((cut for n in range(len(line), 0, -1) if font.getlength(cut := f"{line[:n]}…") <= width), "")


def _font() -> ImageFont.FreeTypeFont:
    """Return the font DejaVu Sans of Matplotlib, which has Greek letters."""
    spec: Any = importlib.util.find_spec("matplotlib")  # not None, because kvae requires it
    folder = Path(spec.origin).parent
    return ImageFont.truetype(str(folder / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"), _SIZE)


def _text(value) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _wrapped(title: str, width: float, font) -> list[str]:
    """Return the lines of `title`, each at most `width` pixels wide if its words allow that."""
    lines = []
    for word in title.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
