"""The nets of VAE/GAN (Larsen et al. 2016, table 1), for images whose sides are multiples of 8.

5×5 kernels; batch norm and ReLU behind every layer but those that touch an image or return. `width` scales all
channels: 1 is published.
"""

from collections.abc import Sequence

import keras
from keras import layers

from kvae.errors import UserError
from kvae.networks.dense import output_dtype, standardised
from kvae.networks.normalization import BatchNormalization


def larsen_encoder(
    shape: Sequence[int], outputs: int, width: float = 1.0, labels: int = 0, momentum: float = 0.9, name=None
) -> keras.Model:
    """Convolutions 64-128-256 of stride 2, dense 2048: images (B, H, W, C) -> (B, outputs).

    With `labels` the net takes that many numbers (B, labels) beside the image, which the dense layers see.
    """
    _check(shape)
    image, y = keras.Input(tuple(shape)), keras.Input((labels,))
    h = image
    for channels in (64, 128, 256):
        h = _normalised(layers.Conv2D(_scaled(channels, width), 5, 2, "same", use_bias=False)(h), momentum)
    h = layers.Flatten()(h)
    h = layers.Concatenate()([h, y]) if labels else h
    h = _normalised(layers.Dense(_scaled(2048, width), use_bias=False)(h), momentum)
    h = layers.Dense(outputs, dtype=output_dtype())(h)
    return keras.Model([image, y] if labels else image, h, name=name)


def larsen_decoder(
    inputs: int,
    shape: Sequence[int],
    width: float = 1.0,
    momentum: float = 0.9,
    label_rates: Sequence[float] = (),
    name=None,
) -> keras.Model:
    """Dense to 256 maps of an eighth of the sides, transposed convolutions 256-128-32 of stride 2, a convolution to the
    image: (B, inputs) -> (B, H, W, C), linear outputs.

    With `label_rates` the last inputs are binary labels of these frequencies, which the net standardises: beside units of
    variance 1, a label that one picture of twenty has would hardly be heard.
    """
    _check(shape)
    *_, channels = shape
    sides, deepest = (shape[0] // 8, shape[1] // 8), _scaled(256, width)
    code = keras.Input((inputs,))
    h = standardised(code, label_rates) if label_rates else code
    h = _normalised(layers.Dense(sides[0] * sides[1] * deepest, use_bias=False)(h), momentum)
    h = layers.Reshape((*sides, deepest))(h)
    for maps in (256, 128, 32):
        h = _normalised(layers.Conv2DTranspose(_scaled(maps, width), 5, 2, "same", use_bias=False)(h), momentum)
    h = layers.Conv2D(channels, 5, padding="same", dtype=output_dtype())(h)
    return keras.Model(code, h, name=name)


def larsen_discriminator(
    shape: Sequence[int], width: float = 1.0, labels: int = 0, momentum: float = 0.9, name=None
) -> keras.Model:
    """Convolutions 32-128-256-256, all but the first of stride 2, dense 512: images -> [features, logit (B, 1)].

    The features (B, H/8, W/8, 256) are the last convolution's outputs before batch norm. With `labels` the net takes
    that many numbers (B, labels) beside the image, which the dense layers see.
    """
    _check(shape)
    image, y = keras.Input(tuple(shape)), keras.Input((labels,))
    h = layers.ReLU()(layers.Conv2D(_scaled(32, width), 5, padding="same")(image))
    for channels in (128, 256):
        h = _normalised(layers.Conv2D(_scaled(channels, width), 5, 2, "same", use_bias=False)(h), momentum)
    features = layers.Conv2D(_scaled(256, width), 5, 2, "same", use_bias=False, dtype=output_dtype())(h)
    h = layers.Flatten()(_normalised(features, momentum))
    h = layers.Concatenate()([h, y]) if labels else h
    h = _normalised(layers.Dense(_scaled(512, width), use_bias=False)(h), momentum)
    logit = layers.Dense(1, dtype=output_dtype())(h)
    return keras.Model([image, y] if labels else image, [features, logit], name=name)


def _normalised(h, momentum):
    return layers.ReLU()(BatchNormalization(momentum=momentum)(h))


def _scaled(channels: int, width: float) -> int:
    return max(1, round(channels * width))


def _check(shape):
    if len(shape) != 3 or any(side % 8 or not 8 <= side <= 256 for side in shape[:2]):
        raise UserError(
            f"Expected images (H, W, C) with sides that are multiples of 8, up to 256. Received: shape={tuple(shape)}. "
            "Resize them (data.size=64)."
        )
