"""Convolutional nets in the manner of DCGAN (Radford et al. 2016), symmetric: an encoder halves, a decoder doubles.

Between the image and a map of about 4×4, every stage halves (or doubles) the sides and doubles (or halves) the channels:
width, 2·width, … up to 8·width, so 32-64-128-256 at 64×64. Sides that are not a power of two are rounded up on the way
down and cropped on the way up. All stages but those that touch the image are batch-normalised; `momentum` is that of the
statistics which are used after training. With 0.99 they are those of the last hundreds of steps, too old where an epoch
has fewer.
"""

import math
from collections.abc import Sequence

import keras
from keras import layers

from kvae.errors import UserError
from kvae.networks.dense import output_dtype
from kvae.networks.normalization import BatchNormalization
from kvae.networks.resampling import StridedConv2D, doubled

NORMALIZATIONS = ("batch", "group")


def conv_encoder(
    shape: Sequence[int],
    outputs: int,
    width: int = 32,
    kernel: int = 4,
    momentum: float = 0.99,
    labels: int = 0,
    gain: float = 1.0,
    name: str | None = None,
) -> keras.Model:
    """Strided convolutions with leaky ReLU, and a linear layer: images (B, H, W, C) -> (B, outputs).

    With `labels` the net takes that many numbers (B, labels) beside the image, which the linear layer sees. `gain` is the
    scale of the linear layer's initial weights, against Glorot and Bengio's: with a small one every posterior begins near
    N(0, 1), and no log σ is large before the decoder has learnt to read z.
    """
    sides = map_sides(shape)
    image, y = keras.Input(tuple(shape)), keras.Input((labels,))
    h = image
    for stage in range(len(sides) - 1):
        h = StridedConv2D(map_channels(width, stage), kernel, strides=2, padding="same", use_bias=stage == 0)(h)
        if stage > 0:
            h = BatchNormalization(momentum=momentum)(h)
        h = layers.LeakyReLU(0.2)(h)
    h = layers.Flatten()(h)
    h = layers.Concatenate()([h, y]) if labels else h
    initializer = keras.initializers.VarianceScaling(gain**2, "fan_avg", "uniform")
    h = layers.Dense(outputs, kernel_initializer=initializer, dtype=output_dtype())(h)
    return keras.Model([image, y] if labels else image, h, name=name)


def conv_decoder(
    inputs: int,
    shape: Sequence[int],
    width: int = 32,
    kernel: int = 4,
    upsampling: str = "deconv",
    momentum: float = 0.99,
    dropout: float = 0.0,
    activation: str = "linear",
    normalization: str = "batch",
    name: str | None = None,
) -> keras.Model:
    """A linear layer to the smallest map, then doublings with ReLU: (B, inputs) -> (B, H, W, C), by `activation`.

    A doubling is, by `upsampling`: "deconv", a transposed convolution of stride 2; "nearest" or "bilinear", that
    interpolation followed by a 3×3 convolution, which leaves no checkerboard (Odena et al. 2016). `dropout` is the share of
    whole maps that training leaves out of the first two layers. With `normalization="group"` eight groups of maps are each
    normalised within one picture (Wu and He 2018), for decoders whose batches are of one kind at a time: statistics of
    all kinds suit none of them.
    """
    if normalization not in NORMALIZATIONS:
        raise UserError(
            f"Expected normalization to be one of {', '.join(NORMALIZATIONS)}. Received: normalization={normalization!r}."
        )
    sides = map_sides(shape)
    *_, channels = shape
    deepest = len(sides) - 2
    code = keras.Input((inputs,))
    h = layers.Dense(sides[-1][0] * sides[-1][1] * map_channels(width, deepest), use_bias=False)(code)
    h = layers.Reshape((*sides[-1], map_channels(width, deepest)))(h)
    h = layers.ReLU()(_normalized(h, normalization, momentum))
    h = layers.SpatialDropout2D(dropout)(h) if dropout else h
    for stage in range(deepest, -1, -1):
        last = stage == 0
        h = doubled(h, channels if last else map_channels(width, stage - 1), kernel, upsampling, use_bias=last)
        h = cropped(h, sides[stage])
        if not last:
            h = layers.ReLU()(_normalized(h, normalization, momentum))
        if dropout and stage == deepest and not last:
            h = layers.SpatialDropout2D(dropout)(h)
    h = layers.Activation(activation, dtype=output_dtype())(h)
    return keras.Model(code, h, name=name)


def _normalized(h, normalization: str, momentum: float):
    if normalization == "batch":
        return BatchNormalization(momentum=momentum)(h)
    return layers.GroupNormalization(math.gcd(8, h.shape[-1]))(h)


def cropped(h, side: tuple[int, int]):
    surplus = (h.shape[1] - side[0], h.shape[2] - side[1])
    return layers.Cropping2D(((0, surplus[0]), (0, surplus[1])))(h) if any(surplus) else h


def map_channels(width: int, stage: int) -> int:
    return width * 2 ** min(stage, 3)


def map_sides(shape: Sequence[int]) -> list[tuple[int, int]]:
    """The sides of the maps from the image down: halved, rounded up, until one is 4 or less."""
    if len(shape) != 3 or not all(8 <= side <= 256 for side in shape[:2]):
        raise UserError(
            f"Expected images (H, W, C) with sides from 8 to 256. Received: shape={tuple(shape)}. "
            "Resize them (data.size=64), or use a dense net."
        )
    sides = [(shape[0], shape[1])]
    while min(sides[-1]) > 4:
        sides.append(tuple(-(-side // 2) for side in sides[-1]))
    return sides
