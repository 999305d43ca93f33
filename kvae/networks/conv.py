"""Convolutional networks in the manner of DCGAN (Radford et al. 2016).

Encoder and decoder mirror each other. Each stage of the encoder halves the sides, until one side is 4 or less. The
first stage has `width` channels, and each further stage twice as many as the stage before, up to 8·width. At 64×64
there are four stages, with 32-64-128-256 channels for width 32. The decoder does the reverse. Odd sides are rounded up
in the encoder and cropped in the decoder. With a `factor` there are log₂ factor stages, and the code is a map instead of
a vector. Every stage has batch norm, except those that read or return the image.

`momentum` is the momentum of batch norm's running statistics, which are used after training. With 0.99 they average
over hundreds of steps. Choose a smaller momentum if an epoch has fewer steps than that. With `normalization="none"` the
networks compute the same in training and afterwards.
"""

from collections.abc import Sequence

import keras
from keras import layers

from kvae.errors import UserError
from kvae.networks.common import (
    channels_last,
    concatenate_labels,
    label_input,
    labelled_model,
    normalize,
    normalized_relu,
    output_dtype,
)
from kvae.networks.convolutions import Conv2D
from kvae.networks.maps import cropped, map_channels, map_sides, sides_down_to
from kvae.networks.resampling import StridedConv2D, doubled


@channels_last
def conv_encoder(
    shape: Sequence[int],
    outputs: int,
    width: int = 32,
    kernel: int = 4,
    momentum: float = 0.99,
    label_units: int = 0,
    gain: float = 1.0,
    normalization: str = "batch",
    factor: int | None = None,
    name: str | None = None,
) -> keras.Model:
    """Return an encoder: images (B, H, W, C) -> (B, outputs), or (B, H / factor, W / factor, outputs).

    It has convolutions of stride 2 with leaky ReLU, and a linear layer. With `factor` this is a 3×3 convolution.

    Args:
        shape: shape (H, W, C) of the images.
        outputs: number of outputs. With `factor`, that at each place of the code.
        width: number of channels of the first convolution.
        kernel: side of the kernels.
        momentum: momentum of batch norm's running statistics.
        label_units: number of label units. With labels the network takes [image, y (B, label_units)], and the linear
            layer reads y. There are no labels with a `factor`.
        gain: factor on the scale of the last layer's initial weights, compared with Glorot and Bengio (2010). With a
            small gain every posterior starts near N(0, 1), and no log σ is large before the decoder has learnt to use
            z.
        normalization: "batch", "group", "instance" or "none", as in `conv_decoder`.
        factor: factor by which the sides of the code are smaller, rounded up; a power of 2. None for a code that is a
            vector.
        name: name of the network.
    """
    if factor is not None and label_units:
        raise UserError(f"Expected no factor for an encoder that takes labels. Received: {factor=}, {label_units=}.")
    stages = len(_sides(shape, factor)) - 1
    image, y = keras.Input(tuple(shape)), label_input(label_units)
    h = image
    for stage in range(stages):
        has_bias = stage == 0 or normalization == "none"
        h = StridedConv2D(map_channels(width, stage), kernel, strides=2, padding="same", use_bias=has_bias)(h)
        if stage > 0:
            h = normalize(h, normalization, momentum)
        h = layers.LeakyReLU(0.2)(h)
    initializer = keras.initializers.VarianceScaling(gain**2, "fan_avg", "uniform")
    if factor is None:
        h = concatenate_labels(layers.Flatten()(h), y)
        h = layers.Dense(outputs, kernel_initializer=initializer, dtype=output_dtype())(h)
    else:
        h = Conv2D(outputs, 3, padding="same", kernel_initializer=initializer, dtype=output_dtype())(h)
    return labelled_model(image, y, h, name)


@channels_last
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
    factor: int | None = None,
    name: str | None = None,
) -> keras.Model:
    """Return a decoder: (B, inputs), or (B, H / factor, W / factor, inputs), -> (B, H, W, C).

    It has a linear layer (with `factor` a 3×3 convolution) that returns the smallest map, and then stages that double the
    sides, with ReLU.

    Args:
        inputs: number of inputs. With `factor`, that at each place of the code.
        shape: shape (H, W, C) of the images.
        width: number of channels of the encoder's first convolution, and of the last map before the image.
        kernel: side of the kernels of transposed convolutions.
        upsampling: how a stage doubles the sides: "deconv" by a transposed convolution of stride 2; "nearest" or
            "bilinear" by this interpolation and a 3×3 convolution, which leaves no checkerboard (Odena et al. 2016).
        momentum: momentum of batch norm's running statistics.
        dropout: fraction of whole channels that training sets to zero after the first two layers.
        activation: activation of the outputs.
        normalization: "batch", "group", "instance" or "none". Group norm (Wu and He 2018) normalises within one image. It
            suits decoders whose batches come from one domain at a time, since no single running statistic fits all domains.
        factor: factor by which the sides of the code are smaller, as in `conv_encoder`.
        name: name of the network.
    """
    sides = _sides(shape, factor)
    *_, channels = shape
    deepest = len(sides) - 2
    has_bias = normalization == "none"
    if factor is None:
        code = keras.Input((inputs,))
        h = layers.Dense(sides[-1][0] * sides[-1][1] * map_channels(width, deepest), use_bias=has_bias)(code)
        h = layers.Reshape((*sides[-1], map_channels(width, deepest)))(h)  # (B, h·w·c) -> (B, h, w, c)
    else:
        code = keras.Input((*sides[-1], inputs))
        h = Conv2D(map_channels(width, deepest), 3, padding="same", use_bias=has_bias)(code)
    h = normalized_relu(h, normalization, momentum)
    h = layers.SpatialDropout2D(dropout)(h) if dropout else h
    for stage in range(deepest, -1, -1):
        last = stage == 0
        filters = channels if last else map_channels(width, stage - 1)
        h = doubled(h, filters, kernel, upsampling, use_bias=last or has_bias)
        h = cropped(h, sides[stage])
        if not last:
            h = normalized_relu(h, normalization, momentum)
        if dropout and stage == deepest and not last:
            h = layers.SpatialDropout2D(dropout)(h)
    h = layers.Activation(activation, dtype=output_dtype())(h)
    return keras.Model(code, h, name=name)


def _sides(shape: Sequence[int], factor: int | None) -> list[tuple[int, int]]:
    """Return the sides of the maps, from the image to the map that the linear layer reads, or to the code."""
    return map_sides(shape) if factor is None else sides_down_to(shape, factor)
