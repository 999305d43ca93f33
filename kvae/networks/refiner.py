"""A network that corrects images of a decoder."""

from collections.abc import Sequence

import keras
from keras import layers

from kvae.networks.common import channels_last, check_sides, output_dtype
from kvae.networks.convolutions import Conv2D
from kvae.networks.padding import ReflectionPadding2D


@channels_last
def refiner(shape: Sequence[int], width: int = 16, blocks: int = 2, name: str | None = None) -> keras.Model:
    """Return a refiner: images (B, H, W, C) in [0, 1] -> images of the same shape in [0, 1].

    It adds a correction, x̂ + f(x̂), and clips the sum. f has a 5×5 convolution with ReLU, residual blocks
    h + conv(relu(conv(h))) with 3×3 kernels, and a 5×5 convolution. Convolutions are padded by reflection. There is no
    normalisation, which would change colours.

    Args:
        shape: shape (H, W, C) of the images.
        width: number of channels of f.
        blocks: number of residual blocks.
        name: name of the network.
    """
    check_sides(shape)
    image = keras.Input(tuple(shape))
    h = _convolution(image, width, 5, activation="relu")
    for _ in range(blocks):
        h = layers.Add()([h, _convolution(_convolution(h, width, 3, activation="relu"), width, 3)])
    corrected = layers.Add(dtype=output_dtype())([image, _convolution(h, shape[-1], 5, dtype=output_dtype())])
    return keras.Model(image, layers.ReLU(max_value=1.0, dtype=output_dtype())(corrected), name=name)


def _convolution(h, channels: int, kernel: int, **options):
    """Return a convolution of the map `h` (B, H, W, C), padded by reflection: (B, H, W, channels)."""
    return Conv2D(channels, kernel, **options)(ReflectionPadding2D(kernel // 2)(h))
