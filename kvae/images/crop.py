"""Crops of an image: boxes (left, top, right, bottom) in pixels, computed from width and height."""

import dataclasses
import math
import re
from collections.abc import Callable

from kvae.errors import UserError

Box = Callable[[int, int], tuple[float, float, float, float]]
"""A function that returns a box for the width and height of an image. Its name is part of a data set's fingerprint."""


def centre(width: int, height: int) -> tuple[float, float, float, float]:
    """Return the largest centred square."""
    side = min(width, height)
    return _centred(width, height, side, side)


def face(width: int, height: int) -> tuple[float, float, float, float]:
    """Return the usual crop of CelebA: the central 148×148 of 178×218 pixels, and the same share of any other width.

    A landscape image, which is no aligned face, is cropped to the largest centred square.
    """
    side = min(width * 148 / 178, height)
    return _centred(width, height, side, side)


def whole(width: int, height: int) -> tuple[float, float, float, float]:
    """Return the whole image."""
    return 0, 0, width, height


@dataclasses.dataclass(frozen=True)
class Ratio:
    """The largest centred rectangle of the aspect ratio `width`:`height`, which have no common divisor."""

    width: int
    height: int

    @property
    def __name__(self) -> str:
        return f"{self.width}:{self.height}"

    def __call__(self, width: int, height: int) -> tuple[float, float, float, float]:
        scale = min(width / self.width, height / self.height)
        return _centred(width, height, min(scale * self.width, width), min(scale * self.height, height))


def ratio(width: int, height: int) -> Ratio:
    """Return the crop to the aspect ratio `width`:`height`."""
    divisor = math.gcd(width, height)
    return Ratio(width // divisor, height // divisor)


def of_aspect(aspect: str) -> Box:
    """Return the crop to an aspect: "square", "keep" (the whole image) or a ratio width:height, such as "16:9"."""
    if aspect in _ASPECTS:
        return _ASPECTS[aspect]
    found = re.fullmatch(r"([1-9][0-9]{0,3}):([1-9][0-9]{0,3})", str(aspect))
    if not found:
        raise UserError(
            f"Expected an aspect: square, keep, or a ratio width:height such as 16:9. Received: aspect={aspect!r}."
        )
    return ratio(*map(int, found.groups()))


_ASPECTS = {"square": centre, "keep": whole}


def _centred(width: int, height: int, inner_width: float, inner_height: float) -> tuple[float, float, float, float]:
    left, top = (width - inner_width) / 2, (height - inner_height) / 2
    return left, top, left + inner_width, top + inner_height
