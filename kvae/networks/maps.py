"""Sizes of the maps of convolutional networks between the image and the smallest map."""

import math
from collections.abc import Sequence

from keras import layers

from kvae.errors import UserError
from kvae.networks.common import check_sides


def map_sides(shape: Sequence[int], factor: int | None = None, smallest: int = 4) -> list[tuple[int, int]]:
    """Return the sides of the maps, from the image (H, W) to the smallest map.

    Each map has half the sides of the one before, rounded up. The last is that whose sides are smaller by `factor`, or
    without a factor the first with a side of `smallest` or less.
    """
    check_sides(shape)
    sides, stages = [(shape[0], shape[1])], None if factor is None else halvings(factor)
    while min(sides[-1]) > smallest if stages is None else len(sides) <= stages:
        height, width = sides[-1]
        sides.append(((height + 1) // 2, (width + 1) // 2))
    return sides


def halvings(factor: int) -> int:
    """Return how often sides are halved until they are smaller by `factor`."""
    stages = int(math.log2(max(factor, 1)))
    if factor != 2**stages:
        raise UserError(f"Expected factor to be a power of 2, such as 4 or 8. Received: factor={factor}.")
    return stages


def map_channels(width: int, stage: int) -> int:
    """Return the number of channels after convolution number `stage`: width, 2·width, 4·width, then always 8·width."""
    return width * 2 ** min(stage, 3)


def cropped(h, sides: tuple[int, int]):
    """Return the map `h` (B, H, W, C) without its last rows and columns, so that its sides are `sides`."""
    rows, columns = h.shape[1] - sides[0], h.shape[2] - sides[1]
    return layers.Cropping2D(((0, rows), (0, columns)))(h) if rows or columns else h
