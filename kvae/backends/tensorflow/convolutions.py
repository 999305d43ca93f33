"""Convolutions of channels-last maps on TensorFlow. Its own kernels, which Keras calls, are the fastest form."""

from keras import ops


def conv(x, kernel, strides, padding: str):
    """Return the convolution of a map `x` (B, H, W, C) with a kernel (rows, columns, C, F): (B, h, w, F)."""
    return ops.conv(x, kernel, strides, padding, data_format="channels_last")


def conv_transpose(x, kernel, strides, padding: str):
    """Return the transposed convolution of `x` (B, h, w, C) with a kernel (rows, columns, F, C): (B, H, W, F)."""
    return ops.conv_transpose(x, kernel, strides, padding, data_format="channels_last")
