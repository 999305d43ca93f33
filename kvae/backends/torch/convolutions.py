"""Convolutions of channels-last maps on PyTorch.

A permuted view of a channels-last map is in the memory format that PyTorch computes fastest on CPUs. Keras copies the map
to channels-first and back, and cuts the result of a transposed convolution out of a larger one.
"""

import torch
from torch.nn import functional as F

from kvae.backends.padding import paddings, transposed_sides


def conv(x, kernel, strides, padding: str):
    """Return the convolution of a map `x` (B, H, W, C) with a kernel (rows, columns, C, F): (B, h, w, F)."""
    rows, columns = paddings(x.shape[1:3], kernel.shape[:2], strides, padding)
    x = x.permute(0, 3, 1, 2)  # (B, H, W, C) -> (B, C, H, W), a view
    if rows[0] != rows[1] or columns[0] != columns[1]:  # a convolution of PyTorch adds the same padding on both sides
        x, rows, columns = F.pad(x, (*columns, *rows)), (0, 0), (0, 0)
    # A copy of the kernel in this format is cheaper than the two that the gradients would make.
    kernel = kernel.permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last)
    y = F.conv2d(x, kernel, None, strides, (rows[0], columns[0]))
    return y.permute(0, 2, 3, 1)


def conv_transpose(x, kernel, strides, padding: str):
    """Return the transposed convolution of `x` (B, h, w, C) with a kernel (rows, columns, F, C): (B, H, W, F)."""
    height, width = transposed_sides(x.shape[1:3], kernel.shape[:2], strides, padding)
    before = [zeros for zeros, _ in paddings((height, width), kernel.shape[:2], strides, padding)]
    missing = [max(stride - side, 0) for stride, side in zip(strides, kernel.shape[:2], strict=True)]
    y = F.conv_transpose2d(x.permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1), None, strides, before, missing)
    # PyTorch cuts off as many rows and columns after the result as before it, "same" sometimes one more.
    return y[:, :, :height, :width].permute(0, 2, 3, 1)
