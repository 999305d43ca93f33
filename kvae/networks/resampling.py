"""Convolutions that halve or double the sides of a map, in the form that a backend computes fast.

A 4×4 convolution of stride 2 is a 2×2 convolution over blocks of 2×2 pixels; its transpose is a 2×2 convolution whose
outputs are such blocks (Shi et al. 2016, "Real-time single image … sub-pixel convolutional neural network"). Weights,
numbers of operations and results are the same. XLA on a processor is much faster at the gradients of the plain form
than at those of the strided one, and every backend is slow at transposing to the few channels of an image.

A doubling by nearest neighbours with a 3×3 convolution behind it is such a transpose too, of fewer operations: 16 products a
pixel before the doubling in place of 36.
"""

import keras
from keras import layers, ops

from kvae.backends import slow_strided_convolutions
from kvae.errors import UserError

UPSAMPLINGS = ("deconv", "nearest", "bilinear")

FEW = 8
"""Channels up to which the blocks are faster on every backend."""


@keras.saving.register_keras_serializable("kvae")
class StridedConv2D(layers.Conv2D):
    """`keras.layers.Conv2D`, computed over blocks where that is faster: 4×4 kernels of stride 2."""

    def call(self, inputs):
        if not (_halves(self) and slow_strided_convolutions()):
            return super().call(inputs)
        _, height, width, channels = inputs.shape
        # "same" pads 1 before, and after as much as the last window of 4 needs.
        padded = ops.pad(inputs, ((0, 0), (1, 1 + height % 2), (1, 1 + width % 2), (0, 0)))
        rows, columns = -(-height // 2) + 1, -(-width // 2) + 1
        blocks = ops.reshape(padded, (-1, rows, 2, columns, 2, channels))
        blocks = ops.reshape(ops.transpose(blocks, (0, 1, 3, 2, 4, 5)), (-1, rows, columns, 4 * channels))
        kernel = ops.reshape(self.kernel, (2, 2, 2, 2, channels, self.filters))  # k = 2·block + pixel, along each axis
        kernel = ops.reshape(ops.transpose(kernel, (0, 2, 1, 3, 4, 5)), (2, 2, 4 * channels, self.filters))
        return _finish(self, ops.conv(blocks, kernel, padding="valid", data_format="channels_last"))


@keras.saving.register_keras_serializable("kvae")
class StridedConv2DTranspose(layers.Conv2DTranspose):
    """`keras.layers.Conv2DTranspose`, computed as blocks where that is faster: 4×4 kernels of stride 2."""

    def call(self, inputs):
        if not _halves(self):
            return super().call(inputs)
        return _finish(self, _transposed(inputs, self.kernel))


@keras.saving.register_keras_serializable("kvae")
class DoublingConv2D(layers.Conv2D):
    """A doubling of the sides by nearest neighbours, then `keras.layers.Conv2D`: 3×3 kernels of stride 1, computed in one.

    Every pixel of the smaller map reaches 4×4 pixels of the larger one, each by the sum of the weights under which its
    four copies lie: a transposed convolution of stride 2, whose kernel is the given one summed over squares of 2×2.
    """

    def call(self, inputs):
        if _form(self) != ((3, 3), (1, 1), (1, 1), "same", "channels_last") or self.groups != 1:
            return super().call(ops.repeat(ops.repeat(inputs, 2, axis=1), 2, axis=2))
        kernel, sides = ops.flip(self.kernel, (0, 1)), ((0, 1), (1, 0))
        kernel = sum(ops.pad(kernel, (rows, columns, (0, 0), (0, 0))) for rows in sides for columns in sides)
        return _finish(self, _transposed(inputs, ops.transpose(kernel, (0, 1, 3, 2))))

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        doubled = (None if side is None else 2 * side for side in (height, width))
        return super().compute_output_shape((batch, *doubled, channels))


def doubled(h, channels: int, kernel: int, upsampling: str, **options):
    """The map `h` (B, H, W, C) -> (B, 2H, 2W, channels), by `upsampling`: "deconv", a transposed convolution of stride 2
    with a `kernel` of that size; "nearest" or "bilinear", that interpolation followed by a 3×3 convolution, which leaves no
    checkerboard (Odena et al. 2016)."""
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
    """The transposed convolution of stride 2, padding "same", by a kernel (4, 4, filters, channels)."""
    filters = kernel.shape[2]
    if filters > FEW and not slow_strided_convolutions():
        return ops.conv_transpose(x, kernel, strides=2, padding="same", data_format="channels_last")
    _, height, width, channels = x.shape
    kernel = ops.reshape(kernel, (2, 2, 2, 2, filters, channels))  # k = 2·(1 − block) + pixel
    kernel = ops.transpose(ops.flip(kernel, (0, 2)), (0, 2, 5, 1, 3, 4))
    kernel = ops.reshape(kernel, (2, 2, channels, 4 * filters))
    padded = ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    blocks = ops.conv(padded, kernel, padding="valid", data_format="channels_last")
    blocks = ops.reshape(blocks, (-1, height + 1, width + 1, 2, 2, filters))
    x = ops.reshape(ops.transpose(blocks, (0, 1, 3, 2, 4, 5)), (-1, 2 * height + 2, 2 * width + 2, filters))
    return x[:, 1:-1, 1:-1]


def _halves(layer) -> bool:
    """Whether the layer is one that has the form of blocks."""
    return _form(layer) == ((4, 4), (2, 2), (1, 1), "same", "channels_last") and getattr(layer, "groups", 1) == 1


def _form(layer) -> tuple:
    return (layer.kernel_size, layer.strides, layer.dilation_rate, layer.padding, layer.data_format)


def _finish(layer, x):
    x = x + layer.bias if layer.use_bias else x
    return x if layer.activation is None else layer.activation(x)
