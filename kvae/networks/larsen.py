"""The networks of VAE/GAN (Larsen et al. 2016, table 1), for images whose sides are multiples of 8.

All kernels are 5×5. Batch norm and ReLU follow every layer, except the last layer of each network, which is linear, and
the first convolution of the discriminator, which has ReLU alone. `width` is the number of channels of the encoder's
first convolution, and scales all other channels and hidden units. The sizes below are those of the paper, for width 64.
`momentum` is the momentum of batch norm's running statistics.
"""

from collections.abc import Sequence

import keras
from keras import layers

from kvae.networks.common import (
    channels_last,
    check_sides,
    concatenate_labels,
    label_input,
    labelled_model,
    normalized_relu,
    output_dtype,
    standardize_labels,
)
from kvae.networks.convolutions import Conv2D
from kvae.networks.resampling import doubled
from kvae.networks.spectral import layers_with


@channels_last
def larsen_encoder(
    shape: Sequence[int],
    outputs: int,
    width: int = 64,
    label_units: int = 0,
    momentum: float = 0.9,
    name: str | None = None,
) -> keras.Model:
    """Return an encoder: images (B, H, W, C) -> (B, outputs).

    It has convolutions of stride 2 with 64-128-256 channels and a dense layer of 2048 units.

    Args:
        shape: shape (H, W, C) of the images.
        outputs: number of outputs.
        width: number of channels of the first convolution, 64 in the paper.
        label_units: number of label units. With labels the network takes [image, y (B, label_units)], and the dense
            layers read y.
        momentum: momentum of batch norm's running statistics.
        name: name of the network.
    """
    check_sides(shape, multiple=8)
    image, y = keras.Input(tuple(shape)), label_input(label_units)
    h = image
    for channels in (64, 128, 256):
        h = Conv2D(_scaled(channels, width), 5, 2, "same", use_bias=False)(h)
        h = normalized_relu(h, "batch", momentum)
    h = concatenate_labels(layers.Flatten()(h), y)
    h = normalized_relu(layers.Dense(_scaled(2048, width), use_bias=False)(h), "batch", momentum)
    h = layers.Dense(outputs, dtype=output_dtype())(h)
    return labelled_model(image, y, h, name)


@channels_last
def larsen_decoder(
    inputs: int,
    shape: Sequence[int],
    width: int = 64,
    momentum: float = 0.9,
    label_rates: Sequence[float] = (),
    label_limit: float | None = None,
    upsampling: str = "deconv",
    name: str | None = None,
) -> keras.Model:
    """Return a decoder: (B, inputs) -> (B, H, W, C).

    It has a dense layer that returns a map (H/8, W/8, 256), transposed convolutions of stride 2 with 256-128-32
    channels, and a convolution that returns the image. The outputs are linear.

    Args:
        inputs: number of inputs.
        shape: shape (H, W, C) of the images.
        width: number of channels of the encoder's first convolution, 64 in the paper.
        momentum: momentum of batch norm's running statistics.
        label_rates: frequencies of the binary labels that are the last inputs. The network standardises these labels.
            Otherwise a label of frequency 0.05 has a variance of 0.05, and almost no effect compared with latent units
            of variance 1.
        label_limit: largest absolute value of a standardised label, such as 3, or None.
        upsampling: how a stage doubles the sides, as in `conv_decoder`. The paper has "deconv".
        name: name of the network.
    """
    check_sides(shape, multiple=8)
    sides, smallest_map_channels = (shape[0] // 8, shape[1] // 8), _scaled(256, width)
    code = keras.Input((inputs,))
    h = standardize_labels(code, label_rates, label_limit) if label_rates else code
    h = layers.Dense(sides[0] * sides[1] * smallest_map_channels, use_bias=False)(h)
    h = normalized_relu(h, "batch", momentum)
    h = layers.Reshape((*sides, smallest_map_channels))(h)  # (B, h·w·c) -> (B, h, w, c)
    for channels in (256, 128, 32):
        h = normalized_relu(doubled(h, _scaled(channels, width), 5, upsampling, use_bias=False), "batch", momentum)
    h = Conv2D(shape[-1], 5, padding="same", dtype=output_dtype())(h)
    return keras.Model(code, h, name=name)


@channels_last
def larsen_discriminator(
    shape: Sequence[int],
    width: int = 64,
    label_units: int = 0,
    momentum: float = 0.9,
    normalization: str = "batch",
    name: str | None = None,
) -> keras.Model:
    """Return a discriminator: images (B, H, W, C) -> [features (B, H/8, W/8, 256), logit (B, 1)].

    It has convolutions with 32-128-256-256 channels, all but the first of stride 2, and a dense layer of 512 units. The
    features are the last convolution's outputs before batch norm.

    Args:
        shape: shape (H, W, C) of the images.
        width: number of channels of the encoder's first convolution, 64 in the paper. The discriminator's first
            convolution has half as many.
        label_units: number of label units. With labels the network takes [image, y (B, label_units)], and the dense
            layers read y.
        momentum: momentum of batch norm's running statistics.
        normalization: "batch" as in the paper, "group", "none", or "spectral" for spectral normalisation of all layers,
            which then have biases in place of batch norm (Miyato et al. 2018).
        name: name of the network.
    """
    check_sides(shape, multiple=8)
    convolution, dense, remaining = layers_with(normalization)
    has_bias = remaining == "none"
    image, y = keras.Input(tuple(shape)), label_input(label_units)
    h = layers.ReLU()(convolution(_scaled(32, width), 5, padding="same")(image))
    for channels in (128, 256):
        h = convolution(_scaled(channels, width), 5, 2, "same", use_bias=has_bias)(h)
        h = normalized_relu(h, remaining, momentum)
    features = convolution(_scaled(256, width), 5, 2, "same", use_bias=has_bias, dtype=output_dtype())(h)
    h = layers.Flatten()(normalized_relu(features, remaining, momentum))
    h = concatenate_labels(h, y)
    h = normalized_relu(dense(_scaled(512, width), use_bias=has_bias)(h), remaining, momentum)
    logit = dense(1, dtype=output_dtype())(h)
    return labelled_model(image, y, [features, logit], name)


def _scaled(channels: int, width: int) -> int:
    """Return a number of channels or units of the paper, scaled from width 64 to `width`."""
    return max(1, round(channels * width / 64))
