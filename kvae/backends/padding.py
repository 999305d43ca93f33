"""Sides and padding of convolutions, by the rules of Keras and TensorFlow."""

from collections.abc import Sequence


def paddings(
    sides: Sequence[int], kernel: Sequence[int], strides: Sequence[int], padding: str
) -> tuple[tuple[int, int], ...]:
    """Return, for each side of a map, the number of zeros that a convolution adds before and after it.

    "valid" adds none. "same" adds as many as ⌈side / stride⌉ outputs need, and the odd one after the map.

    Args:
        sides: sides of the map that the convolution reads.
        kernel: sides of the kernel.
        strides: strides, one for each side.
        padding: "same" or "valid".
    """
    if padding == "valid":
        return tuple((0, 0) for _ in sides)
    missing = [max((-(-n // s) - 1) * s + k - n, 0) for n, k, s in zip(sides, kernel, strides, strict=True)]
    return tuple((zeros // 2, zeros - zeros // 2) for zeros in missing)


def transposed_sides(
    sides: Sequence[int], kernel: Sequence[int], strides: Sequence[int], padding: str
) -> tuple[int, ...]:
    """Return the sides of the result of a transposed convolution. The arguments are those of `paddings`.

    A convolution with the same arguments maps the result back to `sides`.
    """
    if padding == "same":
        return tuple(n * s for n, s in zip(sides, strides, strict=True))
    return tuple((n - 1) * s + max(k, s) for n, k, s in zip(sides, kernel, strides, strict=True))
