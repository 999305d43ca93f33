"""Convolutions that halve or double the sides of a map.

Doubling by nearest neighbours and then a 3×3 convolution equals one transposed convolution. It needs 16 products per pixel
of the smaller map and pair of channels, the two steps need 36.
"""

import keras
from keras import layers, ops

from kvae.backends import conv_transpose
from kvae.errors import UserError
from kvae.networks.convolutions import Conv2D, Conv2DTranspose

UPSAMPLINGS = ("deconv", "nearest", "bilinear")
"""Values of the argument `upsampling` of a network."""


@keras.saving.register_keras_serializable("kvae")
class StridedConv2D(Conv2D):
    """A convolution that halves the sides of a map. Files written by kvae name this class."""


@keras.saving.register_keras_serializable("kvae")
class StridedConv2DTranspose(Conv2DTranspose):
    """A transposed convolution that doubles the sides of a map. Files written by kvae name this class."""


@keras.saving.register_keras_serializable("kvae")
class DoublingConv2D(Conv2D):
    """A convolution whose input is first doubled by nearest neighbours, in one step for 3×3 kernels.

    In the larger map a pixel has four copies, which together affect 4×4 outputs. Each output adds up the weights of the
    copies that it reads. The two steps therefore equal one transposed convolution of stride 2, whose 4×4 kernel holds
    the sums of the 3×3 kernel over squares of 2×2 weights.
    """

    def convolution_op(self, inputs, kernel):
        options = (self.kernel_size, self.strides, self.padding, self.data_format, self.dilation_rate, self.groups)
        if options != ((3, 3), (1, 1), "same", "channels_last", (1, 1), 1):
            return super().convolution_op(ops.repeat(ops.repeat(inputs, 2, axis=1), 2, axis=2), kernel)
        kernel, shifts = ops.flip(kernel, (0, 1)), ((0, 1), (1, 0))
        kernel = sum(ops.pad(kernel, (rows, columns, (0, 0), (0, 0))) for rows in shifts for columns in shifts)
        return conv_transpose(inputs, ops.transpose(kernel, (0, 1, 3, 2)), (2, 2), "same")

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
    return Conv2D(channels, 3, padding="same", **options)(h)
