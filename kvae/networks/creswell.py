"""The networks of IFCVAE-GAN, for images whose sides are multiples of 16.

Source: the code of Creswell et al. 2017. All convolutions have 5×5 kernels of stride 2. ReLU follows each of them,
except the one that returns the image. The encoder has 64-128-256-512 channels, the decoder the reverse. `width` is the
number of channels of the first convolution, and scales the others.

The authors' networks have no normalisation. With `normalization="batch"` encoder and decoder have batch norm, and learn
faster.
"""

from collections.abc import Sequence

import keras
from keras import layers

from kvae.networks.common import channels_last, check_sides, normalized_relu, output_dtype, standardize_labels
from kvae.networks.resampling import doubled
from kvae.networks.spectral import layers_with

CHANNELS = (64, 128, 256, 512)
"""Numbers of channels of the encoder in the authors' code."""


@channels_last
def creswell_encoder(
    shape: Sequence[int],
    outputs: int,
    width: int = 64,
    normalization: str = "none",
    momentum: float = 0.9,
    name: str | None = None,
) -> keras.Model:
    """Return an encoder: images (B, H, W, C) -> [outputs (B, outputs), features (B, F)].

    The outputs are a linear function of the features.

    Args:
        shape: shape (H, W, C) of the images.
        outputs: number of outputs.
        width: number of channels of the first convolution, 64 in the authors' code.
        normalization: "batch", "group", "instance" or "none". The authors' code has "none".
        momentum: momentum of batch norm's running statistics.
        name: name of the network.
    """
    image, features, _ = _trunk(shape, width, normalization, momentum)
    return keras.Model(image, [layers.Dense(outputs, dtype=output_dtype())(features), features], name=name)


@channels_last
def creswell_discriminator(
    shape: Sequence[int], width: int = 64, normalization: str = "none", name: str | None = None
) -> keras.Model:
    """Return a discriminator: images (B, H, W, C) -> logit (B, 1).

    Args:
        shape: shape (H, W, C) of the images.
        width: as in `creswell_encoder`.
        normalization: "batch", "group", "none" as in the authors' code, or "spectral" for spectral normalisation of all
            layers (Miyato et al. 2018).
        name: name of the network.
    """
    image, features, dense = _trunk(shape, width, normalization)
    return keras.Model(image, dense(1, dtype=output_dtype())(features), name=name)


@channels_last
def creswell_decoder(
    inputs: int,
    shape: Sequence[int],
    width: int = 64,
    normalization: str = "none",
    momentum: float = 0.9,
    upsampling: str = "deconv",
    label_rates: Sequence[float] = (),
    label_limit: float | None = None,
    name: str | None = None,
) -> keras.Model:
    """Return a decoder of a linear layer and four stages that double the sides: (B, inputs) -> (B, H, W, C).

    The outputs are linear.

    Args:
        inputs: number of inputs.
        shape: shape (H, W, C) of the images.
        width: number of channels of the encoder's first convolution, and of the last map before the image, 64 in the
            authors' code.
        normalization: "batch", "group", "instance" or "none". The authors' code has "none".
        momentum: momentum of batch norm's running statistics.
        upsampling: how a stage doubles the sides, as in `conv_decoder`. The authors' code has "deconv", which leaves a
            checkerboard.
        label_rates: frequencies of the binary labels that are the last inputs, as in `larsen_decoder`.
        label_limit: largest absolute value of a standardised label, such as 3, or None.
        name: name of the network.
    """
    sides = _smallest_sides(shape)
    code = keras.Input((inputs,))
    smallest_map_channels, *further_channels = reversed(_channels(width))
    h = standardize_labels(code, label_rates, label_limit) if label_rates else code
    h = layers.Dense(sides[0] * sides[1] * smallest_map_channels)(h)
    h = layers.Reshape((*sides, smallest_map_channels))(h)  # (B, h·w·c) -> (B, h, w, c)
    h = normalized_relu(h, normalization, momentum)
    for channels in further_channels:
        h = normalized_relu(doubled(h, channels, 5, upsampling), normalization, momentum)
    h = doubled(h, shape[-1], 5, upsampling, dtype=output_dtype())
    return keras.Model(code, h, name=name)


def _trunk(shape, width: int, normalization: str = "none", momentum: float = 0.9):
    """Return the input of images (B, H, W, C), the flattened output (B, F) of the last convolution, and a dense class."""
    _smallest_sides(shape)
    convolution, dense, remaining = layers_with(normalization)
    image = h = keras.Input(tuple(shape))
    for channels in _channels(width):
        h = normalized_relu(convolution(channels, 5, 2, "same")(h), remaining, momentum)
    return image, layers.Flatten()(h), dense


def _channels(width: int) -> list[int]:
    """Return the number of channels of each convolution of the encoder."""
    return [max(1, round(count * width / 64)) for count in CHANNELS]


def _smallest_sides(shape) -> tuple[int, int]:
    """Return the sides of the smallest map."""
    check_sides(shape, smallest=16, multiple=16)
    return shape[0] // 16, shape[1] // 16
