"""Residual networks with spatial codes (Rombach et al. 2022, appendix E), without attention.

The encoder halves the sides by 3×3 convolutions of stride 2, and the decoder doubles them by nearest neighbours and a 3×3
convolution. There are width, 2·width and then always 4·width channels. At each size of map there are `blocks` residual
blocks. A block computes

    h + conv(swish(norm(conv(swish(norm(h))))))

with 3×3 convolutions and group norm. The last convolution starts at zero, so that every block starts as the identity. A
1×1 convolution adapts the number of channels of h where it changes.
"""

from collections.abc import Sequence

import keras
from keras import layers

from kvae.networks.common import channels_last, check_sides, normalize, output_dtype
from kvae.networks.convolutions import Conv2D
from kvae.networks.maps import halvings
from kvae.networks.resampling import StridedConv2D, doubled


@channels_last
def spatial_encoder(
    shape: Sequence[int], outputs: int, factor: int = 4, width: int = 32, blocks: int = 1, name: str | None = None
) -> keras.Model:
    """Return an encoder: images (B, H, W, C) -> (B, H / factor, W / factor, outputs).

    Args:
        shape: shape (H, W, C) of the images, with sides that are multiples of `factor`.
        outputs: number of outputs at each place of the code. The default posterior has two for each channel of the code.
        factor: factor by which the sides of the code are smaller, a power of 2.
        width: number of channels of the first convolution.
        blocks: number of residual blocks at each size of map.
        name: name of the network.
    """
    stages, image = _stages(shape, factor), keras.Input(tuple(shape))
    h = Conv2D(width, 3, padding="same")(image)
    for stage in range(stages):
        h = _blocks(h, _channels(width, stage), blocks)
        h = StridedConv2D(h.shape[-1], 3, strides=2, padding="same")(h)
    h = _swish(_blocks(h, _channels(width, stages), blocks))
    return keras.Model(image, Conv2D(outputs, 3, padding="same", dtype=output_dtype())(h), name=name)


@channels_last
def spatial_decoder(
    channels: int, shape: Sequence[int], factor: int = 4, width: int = 32, blocks: int = 1, name: str | None = None
) -> keras.Model:
    """Return a decoder: codes (B, H / factor, W / factor, channels) -> (B, H, W, C). The outputs are linear.

    Args:
        channels: number of channels of the code.
        shape: shape (H, W, C) of the images.
        factor, width, blocks: as in `spatial_encoder`.
        name: name of the network.
    """
    stages = _stages(shape, factor)
    code = keras.Input((shape[0] // factor, shape[1] // factor, channels))
    h = Conv2D(_channels(width, stages), 3, padding="same")(code)
    for stage in range(stages, 0, -1):
        h = _blocks(h, _channels(width, stage), blocks)
        h = doubled(h, _channels(width, stage - 1), 3, "nearest")
    h = _swish(_blocks(h, width, blocks))
    return keras.Model(code, Conv2D(shape[-1], 3, padding="same", dtype=output_dtype())(h), name=name)


def _stages(shape: Sequence[int], factor: int) -> int:
    """Return the number of times that sides are halved. Raise `UserError` for sides that `factor` does not divide."""
    stages = halvings(factor)
    check_sides(shape, multiple=factor)
    return stages


def _channels(width: int, stage: int) -> int:
    """Return the number of channels of the maps that have been halved `stage` times."""
    return width * min(2**stage, 4)


def _swish(h):
    return layers.Activation("swish")(normalize(h, "group"))


def _blocks(h, channels: int, count: int):
    """Return the map `h` (B, H, W, C) after `count` residual blocks: (B, H, W, channels)."""
    for _ in range(count):
        r = Conv2D(channels, 3, padding="same")(_swish(h))
        r = Conv2D(channels, 3, padding="same", kernel_initializer="zeros")(_swish(r))
        h = h if h.shape[-1] == channels else Conv2D(channels, 1)(h)
        h = layers.Add()([h, r])
    return h
