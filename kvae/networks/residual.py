"""Convolutional nets with residual blocks, symmetric: an encoder halves, a decoder doubles by nearest neighbours.

A block adds to a map what batch norm, ReLU, a 3×3 convolution and batch norm again make of it: its skip connection passes
one convolution, two batch norms and one non-linearity. The second batch norm's scale begins at 0, and every block as the
identity (Goyal et al. 2017, section 5.1), without which these VAEs learn much more slowly. `depth` blocks stand at every
size of map. Sides and channels are those of the plain nets in `conv.py`.
"""

from collections.abc import Sequence

import keras
from keras import layers

from kvae.networks.common import output_dtype
from kvae.networks.maps import cropped, map_channels, map_sides
from kvae.networks.normalization import BatchNormalization
from kvae.networks.resampling import DoublingConv2D, StridedConv2D


def residual_encoder(
    shape: Sequence[int], outputs: int, width: int = 32, depth: int = 1, momentum: float = 0.9, name: str | None = None
) -> keras.Model:
    """Convolutions of stride 2, `depth` blocks behind each, and a linear layer: images (B, H, W, C) -> (B, outputs)."""
    image = h = keras.Input(tuple(shape))
    for stage in range(len(map_sides(shape)) - 1):
        h = StridedConv2D(map_channels(width, stage), 4, strides=2, padding="same")(h)
        h = _blocks(h, depth, momentum)
    h = layers.ReLU()(BatchNormalization(momentum=momentum)(h))
    h = layers.Dense(outputs, dtype=output_dtype())(layers.Flatten()(h))
    return keras.Model(image, h, name=name)


def residual_decoder(
    inputs: int, shape: Sequence[int], width: int = 32, depth: int = 1, momentum: float = 0.9, name: str | None = None
) -> keras.Model:
    """A linear layer to the smallest map, then `depth` blocks and a doubling at every size: (B, inputs) -> (B, H, W, C),
    linear outputs."""
    sides = map_sides(shape)
    deepest = len(sides) - 2
    code = keras.Input((inputs,))
    h = layers.Dense(sides[-1][0] * sides[-1][1] * map_channels(width, deepest))(code)
    h = layers.Reshape((*sides[-1], map_channels(width, deepest)))(h)
    for stage in range(deepest, -1, -1):
        h = _blocks(h, depth, momentum)
        h = DoublingConv2D(map_channels(width, max(stage - 1, 0)), 3, padding="same")(h)
        h = cropped(h, sides[stage])
    h = layers.ReLU()(BatchNormalization(momentum=momentum)(h))
    h = layers.Conv2D(shape[-1], 3, padding="same", dtype=output_dtype())(h)
    return keras.Model(code, h, name=name)


def _blocks(h, depth: int, momentum: float):
    for _ in range(depth):
        r = layers.ReLU()(BatchNormalization(momentum=momentum)(h))
        r = layers.Conv2D(h.shape[-1], 3, padding="same", use_bias=False)(r)
        r = BatchNormalization(momentum=momentum, gamma_initializer="zeros")(r)
        h = layers.Add()([h, r])
    return h
