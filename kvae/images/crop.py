"""Crops of an image: boxes (left, top, right, bottom) in pixels, computed from width and height."""

from collections.abc import Callable

Box = Callable[[int, int], tuple[float, float, float, float]]
"""A function that returns a box for the width and height of an image. Its name is part of a data set's fingerprint."""


def centre(width: int, height: int) -> tuple[float, float, float, float]:
    """Return the largest centred square."""
    return _square(width, height, min(width, height))


def face(width: int, height: int) -> tuple[float, float, float, float]:
    """Return the usual crop of CelebA: the central 148×148 of 178×218 pixels, and the same share of any other width.

    A landscape image, which is no aligned face, is cropped to the largest centred square.
    """
    return _square(width, height, min(width * 148 / 178, height))


def _square(width: int, height: int, side: float) -> tuple[float, float, float, float]:
    left, top = (width - side) / 2, (height - side) / 2
    return left, top, left + side, top + side
