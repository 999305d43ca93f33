"""U-Nets of image-to-image translation (Isola et al. 2017, section 6.1), with and without skip connections.

The encoder halves the sides by 4×4 convolutions of stride 2 with leaky ReLU, until one side is 1. It has width, 2·width,
4·width and then always 8·width channels. The decoder doubles the sides by transposed convolutions with ReLU. A skip
connection concatenates each map of the decoder with the encoder's map of the same size. Odd sides are rounded up in the
encoder and cropped in the decoder. Normalisation follows every convolution, except those that read or return the image
and the one that returns the smallest map.

`unet` is the whole network. `unet_encoder` and `unet_decoder` are its halves, with a vector between them. Images have
values in [0, 1].
"""

from collections.abc import Sequence

import keras
from keras import layers

from kvae.networks.common import channels_last, label_input, labelled_model, normalize, output_dtype, small_weights
from kvae.networks.maps import cropped, map_channels, map_sides
from kvae.networks.resampling import StridedConv2D, doubled

NOISY_STAGES = 3
"""Number of stages of the decoder that are followed by dropout."""


@channels_last
def unet(
    shape: Sequence[int],
    channels: int = 3,
    width: int = 64,
    skips: bool = True,
    dropout: float = 0.5,
    normalization: str = "batch",
    momentum: float = 0.9,
    code_units: int = 0,
    name: str | None = None,
) -> keras.Model:
    """Return a U-Net: images (B, H, W, C) -> images (B, H, W, channels).

    Args:
        shape: shape (H, W, C) of the input.
        channels: number of channels of the output.
        width: number of channels of the first convolution, 64 in the source.
        skips: True for skip connections.
        dropout: fraction of the units that dropout sets to zero after the first three stages of the decoder.
        normalization: "batch" as in the source, "instance", which is the same at batch size 1, "group" or "none".
        momentum: momentum of batch norm's running statistics.
        code_units: number of units of a latent code. With a code the network takes [image, z (B, code_units)], and each
            convolution of the encoder reads z at every place (Zhu et al. 2017, "Toward multimodal image-to-image
            translation", section 4).
        name: name of the network.
    """
    image, code = keras.Input(tuple(shape)), label_input(code_units)
    *larger, smallest = _encoded(image, width, normalization, momentum, code)
    skipped = larger if skips else ()
    y = _decoded(smallest, skipped, shape, channels, width, dropout, normalization, momentum)
    return labelled_model(image, code, y, name)


@channels_last
def unet_encoder(
    shape: Sequence[int],
    outputs: int,
    width: int = 64,
    skips: bool = False,
    normalization: str = "batch",
    momentum: float = 0.9,
    name: str | None = None,
) -> keras.Model:
    """Return the encoder of a U-Net: images (B, H, W, C) -> (B, outputs), or with skips [(B, outputs), its maps].

    Args:
        shape: shape (H, W, C) of the images.
        outputs: number of outputs.
        width: number of channels of the first convolution.
        skips: True to return all maps but the smallest, the largest first.
        normalization, momentum: as in `unet`.
        name: name of the network.
    """
    image = keras.Input(tuple(shape))
    *larger, smallest = _encoded(image, width, normalization, momentum)
    h = layers.Flatten()(layers.LeakyReLU(0.2)(smallest))
    h = layers.Dense(outputs, dtype=output_dtype())(h)
    return keras.Model(image, [h, *larger] if skips else h, name=name)


@channels_last
def unet_decoder(
    inputs: int,
    shape: Sequence[int],
    width: int = 64,
    skips: bool = False,
    dropout: float = 0.0,
    normalization: str = "batch",
    momentum: float = 0.9,
    name: str | None = None,
) -> keras.Model:
    """Return the decoder of a U-Net: (B, inputs), or with skips [(B, inputs), the encoder's maps] -> (B, H, W, C).

    Args:
        inputs: number of inputs.
        shape: shape (H, W, C) of the images.
        width: number of channels of the encoder's first convolution.
        skips: True to take the maps that `unet_encoder` returns.
        dropout, normalization, momentum: as in `unet`.
        name: name of the network.
    """
    *larger, smallest = map_sides(shape, smallest=1)[1:]
    counts = [map_channels(width, stage) for stage in range(len(larger) + 1)]
    code = keras.Input((inputs,))
    maps = [keras.Input((*sides, count)) for sides, count in zip(larger, counts, strict=False)] if skips else []
    h = layers.Dense(smallest[0] * smallest[1] * counts[-1])(code)
    h = layers.Reshape((*smallest, counts[-1]))(h)  # (B, h·w·c) -> (B, h, w, c)
    y = _decoded(h, maps, shape, shape[-1], width, dropout, normalization, momentum)
    return keras.Model([code, *maps] if skips else code, y, name=name)


def _encoded(image, width: int, normalization: str, momentum: float, code=None) -> list:
    """Return the maps of the encoder before their activation, the largest first."""
    h, maps, last = layers.Rescaling(2.0, offset=-1.0)(image), [], len(map_sides(image.shape[1:], smallest=1)) - 2
    for stage in range(last + 1):
        h = layers.LeakyReLU(0.2)(h) if stage else h
        # A map of one pixel would be zero after instance norm.
        chosen = normalization if 0 < stage < last else "none"
        options = {"use_bias": chosen == "none", "kernel_initializer": small_weights()}
        h = StridedConv2D(map_channels(width, stage), 4, strides=2, padding="same", **options)(_with_code(h, code))
        h = normalize(h, chosen, momentum)
        maps.append(h)
    return maps


def _with_code(h, code):
    """Return the map `h` (B, H, W, C) and `code` (B, D) at every place, concatenated. Return `h` if `code` is None."""
    if code is None:
        return h
    one_place = layers.Reshape((1, 1, code.shape[-1]))(code)  # (B, D) -> (B, 1, 1, D)
    return layers.Concatenate()([h, layers.UpSampling2D(tuple(h.shape[1:3]))(one_place)])


def _decoded(h, skipped, shape, channels: int, width: int, dropout: float, normalization: str, momentum: float):
    """Return the image (B, H, W, channels) that is decoded from the smallest map `h`.

    `skipped` holds the encoder's larger maps, or nothing.
    """
    sides = map_sides(shape, smallest=1)
    last = len(sides) - 2
    for stage in range(last, 0, -1):
        options = {"use_bias": normalization == "none", "kernel_initializer": small_weights()}
        h = doubled(layers.ReLU()(h), map_channels(width, stage - 1), 4, "deconv", **options)
        h = normalize(cropped(h, sides[stage]), normalization, momentum)
        h = layers.Dropout(dropout)(h) if dropout and last - stage < NOISY_STAGES else h
        h = layers.Concatenate()([h, skipped[stage - 1]]) if skipped else h
    options = {"kernel_initializer": small_weights(), "dtype": output_dtype()}
    h = cropped(doubled(layers.ReLU()(h), channels, 4, "deconv", **options), sides[0])
    return layers.Activation("sigmoid", dtype=output_dtype())(h)
