"""The residual generator of image-to-image translation (Johnson et al. 2016; Zhu et al. 2017, section 7.1).

All networks of translation take images in [0, 1] and compute in [−1, 1], as their sources do.
"""

from collections.abc import Sequence

import keras
from keras import layers

from kvae.networks.common import channels_last, check_sides, normalize, normalized_relu, output_dtype, small_weights
from kvae.networks.convolutions import Conv2D
from kvae.networks.maps import cropped
from kvae.networks.padding import ReflectionPadding2D
from kvae.networks.resampling import StridedConv2D, doubled


@channels_last
def residual_generator(
    shape: Sequence[int],
    width: int = 64,
    blocks: int = 9,
    normalization: str = "instance",
    upsampling: str = "deconv",
    name: str | None = None,
) -> keras.Model:
    """Return a generator: images (B, H, W, C) in [0, 1] -> images of the same shape in [0, 1].

    It has a 7×7 convolution, two 3×3 convolutions of stride 2, residual blocks of two 3×3 convolutions, two stages that
    double the sides, and a 7×7 convolution with sigmoid. There are width, 2·width, 4·width, 2·width and width channels.
    Convolutions of stride 1 are padded by reflection. Normalisation and ReLU follow each convolution but the last.

    Args:
        shape: shape (H, W, C) of the images. Odd sides of maps are rounded up, and cropped again where sides are doubled.
        width: number of channels of the first convolution, 64 in the source.
        blocks: number of residual blocks; the source has 6 for sides of 128 and 9 for 256.
        normalization: "instance" as in the source, "batch", "group" or "none".
        upsampling: how a stage doubles the sides, as in `conv_decoder`. The source has "deconv".
        name: name of the network.
    """
    check_sides(shape)
    options = {"use_bias": normalization == "none"}
    image = keras.Input(tuple(shape))
    h = layers.Rescaling(2.0, offset=-1.0)(image)
    h = normalized_relu(_reflected(h, width, 7, **options), normalization)
    sides = []
    for factor in (2, 4):
        sides.append(h.shape[1:3])
        h = StridedConv2D(factor * width, 3, 2, "same", kernel_initializer=small_weights(), **options)(h)
        h = normalized_relu(h, normalization)
    for _ in range(blocks):
        r = normalized_relu(_reflected(h, 4 * width, 3, **options), normalization)
        r = normalize(_reflected(r, 4 * width, 3, **options), normalization)
        h = layers.Add()([h, r])
    for factor in (2, 1):
        h = doubled(h, factor * width, 3, upsampling, kernel_initializer=small_weights(), **options)
        h = cropped(h, sides.pop())
        h = normalized_relu(h, normalization)
    h = _reflected(h, shape[-1], 7, dtype=output_dtype())
    return keras.Model(image, layers.Activation("sigmoid", dtype=output_dtype())(h), name=name)


def _reflected(h, channels: int, kernel: int, **options):
    """Return a convolution of stride 1 of the map `h` (B, H, W, C), padded by reflection: (B, H, W, channels)."""
    padded = ReflectionPadding2D(kernel // 2)(h)
    return Conv2D(channels, kernel, kernel_initializer=small_weights(), **options)(padded)
