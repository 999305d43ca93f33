"""Convolutions that halve or double the sides of a map, computed in the form that is fastest on the backend.

A 4×4 convolution of stride 2 equals a 2×2 convolution over blocks of 2×2 pixels. Its transpose equals a 2×2 convolution
whose outputs are blocks of 2×2 pixels (Shi et al. 2016, "Real-time single image and video super-resolution using an
efficient sub-pixel convolutional neural network"). Weights, number of operations and results are the same. XLA on a CPU
computes the gradients of the block form much faster than those of the strided form. For few output channels, such as
those of an image, the block form of the transpose is faster on every backend.

Doubling by nearest neighbours and then a 3×3 convolution equals one transposed convolution as well. It needs 16
products per pixel of the smaller map and pair of channels, the two steps need 36.
"""

import keras
from keras import layers, ops

from kvae.backends import slow_strided_convolutions
from kvae.errors import UserError

UPSAMPLINGS = ("deconv", "nearest", "bilinear")
"""Values of the argument `upsampling` of a network."""

FEW_FILTERS = 8
"""Number of output channels up to which the block form of a transposed convolution is faster on every backend."""


@keras.saving.register_keras_serializable("kvae")
class StridedConv2D(layers.Conv2D):
    """A `keras.layers.Conv2D` whose 4×4 kernels of stride 2 are computed over blocks if that is faster."""

    def call(self, inputs):
        if not (_has_block_form(self) and slow_strided_convolutions()):
            return super().call(inputs)
        _, height, width, channels = inputs.shape
        # "same" pads one pixel before, and as many after as the last window of 4 needs.
        padded = ops.pad(inputs, ((0, 0), (1, 1 + height % 2), (1, 1 + width % 2), (0, 0)))
        rows, columns = (height + 1) // 2 + 1, (width + 1) // 2 + 1
        blocks = ops.reshape(padded, (-1, rows, 2, columns, 2, channels))
        blocks = ops.transpose(blocks, (0, 1, 3, 2, 4, 5))  # (B, h, 2, w, 2, C) -> (B, h, w, 2, 2, C)
        blocks = ops.reshape(blocks, (-1, rows, columns, 4 * channels))
        kernel = ops.reshape(self.kernel, (2, 2, 2, 2, channels, self.filters))  # row or column = 2·block + pixel
        kernel = ops.reshape(ops.transpose(kernel, (0, 2, 1, 3, 4, 5)), (2, 2, 4 * channels, self.filters))
        return _finish(self, ops.conv(blocks, kernel, padding="valid", data_format="channels_last"))


@keras.saving.register_keras_serializable("kvae")
class StridedConv2DTranspose(layers.Conv2DTranspose):
    """A `keras.layers.Conv2DTranspose` whose 4×4 kernels of stride 2 are computed as blocks if that is faster."""

    def call(self, inputs):
        if not _has_block_form(self):
            return super().call(inputs)
        return _finish(self, _transposed(inputs, self.kernel))


@keras.saving.register_keras_serializable("kvae")
class DoublingConv2D(layers.Conv2D):
    """A `keras.layers.Conv2D` whose input is first doubled by nearest neighbours, in one step for 3×3 kernels.

    In the larger map a pixel has four copies, which together affect 4×4 outputs. Each output adds up the weights of the
    copies that it reads. The two steps therefore equal one transposed convolution of stride 2, whose 4×4 kernel holds
    the sums of the 3×3 kernel over squares of 2×2 weights.
    """

    def call(self, inputs):
        if _geometry(self) != ((3, 3), (1, 1), (1, 1), "same", "channels_last") or self.groups != 1:
            return super().call(ops.repeat(ops.repeat(inputs, 2, axis=1), 2, axis=2))
        kernel, shifts = ops.flip(self.kernel, (0, 1)), ((0, 1), (1, 0))
        kernel = sum(ops.pad(kernel, (rows, columns, (0, 0), (0, 0))) for rows in shifts for columns in shifts)
        return _finish(self, _transposed(inputs, ops.transpose(kernel, (0, 1, 3, 2))))

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        doubled = (None if side is None else 2 * side for side in (height, width))
        return super().compute_output_shape((batch, *doubled, channels))


def doubled(h, channels: int, kernel: int, upsampling: str, **options):
    """Return the map `h` (B, H, W, C) with doubled sides and another number of channels: (B, 2H, 2W, channels).

    Args:
        h: a map.
        channels: number of channels of the result.
        kernel: side of the kernel of a transposed convolution.
        upsampling: "deconv" for a transposed convolution of stride 2; "nearest" or "bilinear" for this interpolation
            and a 3×3 convolution, which leaves no checkerboard (Odena et al. 2016).
        options: arguments of the convolution.
    """
    if upsampling not in UPSAMPLINGS:
        raise UserError(
            f"Expected upsampling to be one of {', '.join(UPSAMPLINGS)}. Received: upsampling={upsampling!r}."
        )
    if upsampling == "deconv":
        return StridedConv2DTranspose(channels, kernel, strides=2, padding="same", **options)(h)
    if upsampling == "nearest":
        return DoublingConv2D(channels, 3, padding="same", **options)(h)
    h = layers.UpSampling2D(2, interpolation=upsampling)(h)
    return layers.Conv2D(channels, 3, padding="same", **options)(h)


def _transposed(x, kernel):
    """Return the transposed convolution of `x` (B, H, W, channels): (B, 2H, 2W, filters).

    Its stride is 2, its padding is "same" and its kernel is (4, 4, filters, channels).
    """
    filters = kernel.shape[2]
    if filters > FEW_FILTERS and not slow_strided_convolutions():
        return ops.conv_transpose(x, kernel, strides=2, padding="same", data_format="channels_last")
    _, height, width, channels = x.shape
    kernel = ops.reshape(kernel, (2, 2, 2, 2, filters, channels))  # row or column = 2·(1 − block) + pixel
    kernel = ops.transpose(ops.flip(kernel, (0, 2)), (0, 2, 5, 1, 3, 4))
    kernel = ops.reshape(kernel, (2, 2, channels, 4 * filters))
    padded = ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    blocks = ops.conv(padded, kernel, padding="valid", data_format="channels_last")
    blocks = ops.reshape(blocks, (-1, height + 1, width + 1, 2, 2, filters))
    blocks = ops.transpose(blocks, (0, 1, 3, 2, 4, 5))  # (B, h, w, 2, 2, F) -> (B, h, 2, w, 2, F)
    x = ops.reshape(blocks, (-1, 2 * height + 2, 2 * width + 2, filters))
    return x[:, 1:-1, 1:-1]


def _has_block_form(layer) -> bool:
    """Return True if the layer has a block form: 4×4 kernels of stride 2, without groups."""
    return _geometry(layer) == ((4, 4), (2, 2), (1, 1), "same", "channels_last") and getattr(layer, "groups", 1) == 1


def _geometry(layer) -> tuple:
    """Return the options that decide which forms of a convolution are equal."""
    return (layer.kernel_size, layer.strides, layer.dilation_rate, layer.padding, layer.data_format)


def _finish(layer, x):
    """Return `x` with the layer's bias added and its activation applied."""
    x = x + layer.bias if layer.use_bias else x
    return x if layer.activation is None else layer.activation(x)
