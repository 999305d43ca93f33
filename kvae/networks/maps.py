"""Sizes of the maps of convolutional networks between the image and the smallest map."""

from collections.abc import Sequence

from keras import layers

from kvae.networks.common import check_sides


def map_sides(shape: Sequence[int], smallest: int = 4) -> list[tuple[int, int]]:
    """Return the sides of the maps, from the image (H, W) to the smallest map.

    Each map has half the sides of the one before, rounded up. The last is the first with a side of `smallest` or less.
    """
    check_sides(shape)
    sides = [(shape[0], shape[1])]
    while min(sides[-1]) > smallest:
        height, width = sides[-1]
        sides.append(((height + 1) // 2, (width + 1) // 2))
    return sides


def map_channels(width: int, stage: int) -> int:
    """Return the number of channels after convolution number `stage`: width, 2·width, 4·width, then always 8·width."""
    return width * 2 ** min(stage, 3)


def cropped(h, sides: tuple[int, int]):
    """Return the map `h` (B, H, W, C) without its last rows and columns, so that its sides are `sides`."""
    rows, columns = h.shape[1] - sides[0], h.shape[2] - sides[1]
    return layers.Cropping2D(((0, rows), (0, columns)))(h) if rows or columns else h
