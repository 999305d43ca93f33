"""Which part of a picture is kept: boxes (left, top, right, bottom) from width and height, in pixels."""

from collections.abc import Callable

Box = Callable[[int, int], tuple[float, float, float, float]]


def centre(width: int, height: int) -> tuple[float, float, float, float]:
    """The largest centred square."""
    return _square(width, height, min(width, height))


def face(width: int, height: int) -> tuple[float, float, float, float]:
    """CelebA's usual crop: the centre 148×148 of 178×218, and the same part of a picture of another size."""
    return _square(width, height, width * 148 / 178)


def _square(width: int, height: int, side: float) -> tuple[float, float, float, float]:
    left, top = (width - side) / 2, (height - side) / 2
    return left, top, left + side, top + side
