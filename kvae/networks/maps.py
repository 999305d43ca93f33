"""Sizes of the maps of convolutional networks between the image and the smallest map."""

import math
from collections.abc import Sequence

from keras import layers

from kvae.errors import UserError
from kvae.networks.common import check_sides


def map_sides(shape: Sequence[int], smallest: int = 4) -> list[tuple[int, int]]:
    """Return the sides of the maps, from the image (H, W) to the smallest map.

    Each map has half the sides of the one before, rounded up. The last is the first with a side of `smallest` or less.
    """
    check_sides(shape)
    sides = [(shape[0], shape[1])]
    while min(sides[-1]) > smallest:
        sides.append(_half(sides[-1]))
    return sides


def sides_down_to(shape: Sequence[int], factor: int) -> list[tuple[int, int]]:
    """Return the sides of the maps, from the image (H, W) to the map whose sides are smaller by `factor`, rounded up.

    Raises:
        UserError: `factor` is no power of 2 from 2 on, or larger than a side.
    """
    check_sides(shape)
    stages = halvings(factor, least=2)
    if factor > min(shape[:2]):
        raise UserError(f"Expected factor to be at most a side of the images, {shape[:2]}. Received: {factor=}.")
    sides = [(shape[0], shape[1])]
    for _ in range(stages):
        sides.append(_half(sides[-1]))
    return sides


def _half(sides: tuple[int, int]) -> tuple[int, int]:
    """Return half of two sides, rounded up."""
    height, width = sides
    return (height + 1) // 2, (width + 1) // 2


def halvings(factor: int, least: int = 1) -> int:
    """Return the number of halvings that make sides smaller by `factor`, log₂ of it.

    Raises:
        UserError: `factor` is no power of 2, or smaller than `least`.
    """
    stages = int(math.log2(max(factor, 1)))
    if factor != 2**stages or factor < least:
        raise UserError(f"Expected factor to be a power of 2, {least} or more. Received: {factor=}.")
    return stages


def map_channels(width: int, stage: int) -> int:
    """Return the number of channels after convolution number `stage`: width, 2·width, 4·width, then always 8·width."""
    return width * 2 ** min(stage, 3)


def cropped(h, sides: tuple[int, int]):
    """Return the map `h` (B, H, W, C) without its last rows and columns, so that its sides are `sides`."""
    rows, columns = h.shape[1] - sides[0], h.shape[2] - sides[1]
    return layers.Cropping2D(((0, rows), (0, columns)))(h) if rows or columns else h
