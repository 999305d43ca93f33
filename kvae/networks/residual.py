"""Convolutional networks with residual blocks.

Encoder and decoder mirror each other. The encoder halves the sides by convolutions of stride 2, the decoder doubles
them by nearest neighbours. Sides and channels are those of the networks in `conv.py`. There are `depth` blocks at every
size of map. A block computes

    h + BN(conv(ReLU(BN(h))))

with a 3×3 convolution. The scale γ of the outer batch norm starts at 0, so that every block starts as the identity
(Goyal et al. 2017, section 5.1). Otherwise the VAEs of this library learn much more slowly.
"""

from collections.abc import Sequence

import keras
from keras import layers

from kvae.networks.common import channels_last, normalized_relu, output_dtype
from kvae.networks.convolutions import Conv2D
from kvae.networks.maps import cropped, map_channels, map_sides
from kvae.networks.normalization import BatchNormalization
from kvae.networks.resampling import DoublingConv2D, StridedConv2D


@channels_last
def residual_encoder(
    shape: Sequence[int], outputs: int, width: int = 32, depth: int = 1, momentum: float = 0.9, name: str | None = None
) -> keras.Model:
    """Return an encoder: images (B, H, W, C) -> (B, outputs).

    Each convolution of stride 2 is followed by `depth` blocks. A linear layer returns the outputs.

    Args:
        shape: shape (H, W, C) of the images.
        outputs: number of outputs.
        width: number of channels of the first convolution.
        depth: number of blocks at each size of map.
        momentum: momentum of batch norm's running statistics.
        name: name of the network.
    """
    image = h = keras.Input(tuple(shape))
    for stage in range(len(map_sides(shape)) - 1):
        h = StridedConv2D(map_channels(width, stage), 4, strides=2, padding="same")(h)
        h = _blocks(h, depth, momentum)
    h = normalized_relu(h, "batch", momentum)
    h = layers.Dense(outputs, dtype=output_dtype())(layers.Flatten()(h))
    return keras.Model(image, h, name=name)


@channels_last
def residual_decoder(
    inputs: int, shape: Sequence[int], width: int = 32, depth: int = 1, momentum: float = 0.9, name: str | None = None
) -> keras.Model:
    """Return a decoder: (B, inputs) -> (B, H, W, C).

    A linear layer returns the smallest map. At each size of map, `depth` blocks are followed by a convolution that
    doubles the sides. The outputs are linear.

    Args:
        inputs: number of inputs.
        shape: shape (H, W, C) of the images.
        width: number of channels of the encoder's first convolution.
        depth: number of blocks at each size of map.
        momentum: momentum of batch norm's running statistics.
        name: name of the network.
    """
    sides = map_sides(shape)
    deepest = len(sides) - 2
    code = keras.Input((inputs,))
    h = layers.Dense(sides[-1][0] * sides[-1][1] * map_channels(width, deepest))(code)
    h = layers.Reshape((*sides[-1], map_channels(width, deepest)))(h)  # (B, h·w·c) -> (B, h, w, c)
    for stage in range(deepest, -1, -1):
        h = _blocks(h, depth, momentum)
        h = DoublingConv2D(map_channels(width, max(stage - 1, 0)), 3, padding="same")(h)
        h = cropped(h, sides[stage])
    h = normalized_relu(h, "batch", momentum)
    h = Conv2D(shape[-1], 3, padding="same", dtype=output_dtype())(h)
    return keras.Model(code, h, name=name)


def _blocks(h, depth: int, momentum: float):
    """Return the map `h` (B, H, W, C) after `depth` residual blocks, of the same shape."""
    for _ in range(depth):
        r = normalized_relu(h, "batch", momentum)
        r = Conv2D(h.shape[-1], 3, padding="same", use_bias=False)(r)
        r = BatchNormalization(momentum=momentum, gamma_initializer="zeros")(r)
        h = layers.Add()([h, r])
    return h
