"""Convolutions of channels-last maps on JAX.

A transposed convolution is the gradient of a convolution by its map. Its own gradients are therefore a convolution, and the
gradient of a convolution by its kernel. XLA on a CPU computes these two much faster than the gradients that JAX derives
from a transposed convolution. `_conv` and `_transposed` are each other's gradients. They have derivatives of every order,
in reverse mode only.
"""

import functools
import math

import jax
from jax import lax, numpy

from kvae.backends.padding import paddings, transposed_sides

SIDE_OF_BLOCKS = 16
"""Side of the smaller map from which the block form of a transposed convolution is faster on a CPU."""

RATIO_OF_CHANNELS = 4
"""Ratio of the channels of two maps from which the gradient by the kernel is faster if the two change places on a CPU."""


def conv(x, kernel, strides, padding: str):
    """Return the convolution of a map `x` (B, H, W, C) with a kernel (rows, columns, C, F): (B, h, w, F)."""
    pads = paddings(x.shape[1:3], kernel.shape[:2], strides, padding)
    return _conv(x.astype(kernel.dtype), kernel, tuple(strides), pads)


def conv_transpose(x, kernel, strides, padding: str):
    """Return the transposed convolution of `x` (B, h, w, C) with a kernel (rows, columns, F, C): (B, H, W, F)."""
    sides = transposed_sides(x.shape[1:3], kernel.shape[:2], strides, padding)
    pads = paddings(sides, kernel.shape[:2], strides, padding)
    return _transposed(x.astype(kernel.dtype), kernel, tuple(strides), pads, sides)


def _plain(x, kernel, strides, pads):
    return lax.conv_general_dilated(x, kernel, strides, pads, dimension_numbers=("NHWC", "HWIO", "NHWC"))


_conv = jax.custom_vjp(_plain, nondiff_argnums=(2, 3))


@functools.partial(jax.custom_vjp, nondiff_argnums=(2, 3, 4))
def _transposed(y, kernel, strides, pads, sides):
    """Return the gradient of ⟨y, `_plain`(x, kernel)⟩ by x, whose sides are `sides`."""
    if math.prod(strides) > 1 and min(y.shape[1:3]) >= SIDE_OF_BLOCKS and jax.default_backend() == "cpu":
        return _in_blocks(y, kernel, strides, pads, sides)
    x = jax.ShapeDtypeStruct((y.shape[0], *sides, kernel.shape[2]), y.dtype)
    return jax.linear_transpose(lambda x: _plain(x, kernel, strides, pads), x)(y)[0]


_conv.defvjp(
    lambda x, kernel, strides, pads: (_conv(x, kernel, strides, pads), (x, kernel)),
    lambda strides, pads, given, slope: _slopes_of_conv(given, slope, strides, pads),
)
_transposed.defvjp(
    lambda y, kernel, *geometry: (_transposed(y, kernel, *geometry), (y, kernel)),
    lambda strides, pads, _, given, slope: _slopes_of_transposed(given, slope, strides, pads),
)


def _slopes_of_conv(given, slope, strides, pads):
    x, kernel = given
    by_x = _transposed(slope, kernel, strides, pads, x.shape[1:3])
    return by_x, _by_kernel(x, slope, kernel.shape, strides, pads)


def _slopes_of_transposed(given, slope, strides, pads):
    y, kernel = given
    return _conv(slope, kernel, strides, pads), _by_kernel(slope, y, kernel.shape, strides, pads)


def _by_kernel(x, y, shape, strides, pads):
    """Return the gradient of ⟨y, `_plain`(x, kernel)⟩ by the kernel, which has the given shape."""
    rows, columns, channels, filters = shape
    if strides == (1, 1) and channels >= RATIO_OF_CHANNELS * filters and jax.default_backend() == "cpu":
        pads = tuple((k - 1 - before, k - 1 - after) for k, (before, after) in zip(shape, pads, strict=False))
        flipped = _by_kernel(y, x, (rows, columns, filters, channels), strides, pads)
        return numpy.flip(flipped, (0, 1)).transpose(0, 1, 3, 2)
    kernel = jax.ShapeDtypeStruct(shape, y.dtype)
    return jax.linear_transpose(lambda kernel: _plain(x, kernel, strides, pads), kernel)(y)[0]


def _in_blocks(y, kernel, strides, pads, sides):
    """Return `_transposed` as a convolution without stride, whose outputs are blocks of pixels (Shi et al. 2016).

    A block has as many rows and columns as the strides. Source: "Real-time single image and video super-resolution using an
    efficient sub-pixel convolutional neural network".
    """
    (down, right), (rows, columns, channels, filters) = strides, kernel.shape
    high, wide = -(-rows // down), -(-columns // right)  # sides of the kernel in blocks
    kernel = numpy.pad(kernel, ((0, high * down - rows), (0, wide * right - columns), (0, 0), (0, 0)))
    kernel = kernel.reshape(high, down, wide, right, channels, filters)
    kernel = numpy.flip(kernel, (0, 2)).transpose(0, 2, 5, 1, 3, 4)
    kernel = kernel.reshape(high, wide, filters, down * right * channels)
    blocks = _plain(y, kernel, (1, 1), ((high - 1, high - 1), (wide - 1, wide - 1)))
    _, height, width, _ = blocks.shape
    blocks = blocks.reshape(-1, height, width, down, right, channels).transpose(0, 1, 3, 2, 4, 5)
    x = blocks.reshape(-1, height * down, width * right, channels)  # (B, h, 2, w, 2, C) -> (B, H, W, C)
    ends = [(-before, before + n - size) for (before, _), n, size in zip(pads, sides, x.shape[1:3], strict=True)]
    return lax.pad(x, numpy.zeros((), x.dtype), ((0, 0, 0), *((*end, 0) for end in ends), (0, 0, 0)))
