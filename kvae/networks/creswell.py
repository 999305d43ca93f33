"""The nets of IFCVAE-GAN (Creswell et al. 2017, in the authors' code), for images whose sides are multiples of 16.

5×5 kernels of stride 2 and ReLU, 64-128-256-512 channels down and back up. `width` scales them: 1 is published. There is no
normalisation in the authors' code; with a `momentum`, that of its statistics, encoder and decoder have batch norm and learn
faster.
"""

from collections.abc import Sequence

import keras
from keras import layers

from kvae.errors import UserError
from kvae.networks.dense import output_dtype, standardised
from kvae.networks.normalization import BatchNormalization
from kvae.networks.resampling import doubled


def creswell_encoder(
    shape: Sequence[int], outputs: int, width: float = 1.0, momentum: float | None = None, name=None
) -> keras.Model:
    """Images (B, H, W, C) -> [(B, outputs), the features (B, F) that these are read from]."""
    image, features = _trunk(shape, width, momentum)
    return keras.Model(image, [layers.Dense(outputs, dtype=output_dtype())(features), features], name=name)


def creswell_discriminator(shape: Sequence[int], width: float = 1.0, name=None) -> keras.Model:
    """Images (B, H, W, C) -> logit (B, 1)."""
    image, features = _trunk(shape, width)
    return keras.Model(image, layers.Dense(1, dtype=output_dtype())(features), name=name)


def creswell_decoder(
    inputs: int,
    shape: Sequence[int],
    width: float = 1.0,
    momentum: float | None = None,
    upsampling: str = "deconv",
    label_rates: Sequence[float] = (),
    name=None,
) -> keras.Model:
    """A linear layer and four doublings: (B, inputs) -> (B, H, W, C), linear outputs.

    `upsampling` is how maps are doubled, as in `conv_decoder`: "deconv" is published, and leaves a checkerboard.
    `label_rates` are as in `larsen_decoder`.
    """
    *_, channels = shape
    sides, code = _sides(shape), keras.Input((inputs,))
    deepest, *maps = reversed(_channels(width))
    h = standardised(code, label_rates) if label_rates else code
    h = layers.Reshape((*sides, deepest))(layers.Dense(sides[0] * sides[1] * deepest)(h))
    h = _activated(h, momentum)
    for count in maps:
        h = _activated(doubled(h, count, 5, upsampling), momentum)
    h = doubled(h, channels, 5, upsampling, dtype=output_dtype())
    return keras.Model(code, h, name=name)


def _trunk(shape, width, momentum=None):
    _sides(shape)
    image = h = keras.Input(tuple(shape))
    for count in _channels(width):
        h = _activated(layers.Conv2D(count, 5, 2, "same")(h), momentum)
    return image, layers.Flatten()(h)


def _activated(h, momentum):
    return layers.ReLU()(h if momentum is None else BatchNormalization(momentum=momentum)(h))


def _channels(width) -> list[int]:
    return [max(1, round(count * width)) for count in (64, 128, 256, 512)]


def _sides(shape) -> tuple[int, int]:
    """The sides of the smallest map."""
    if len(shape) != 3 or any(side % 16 or not 16 <= side <= 256 for side in shape[:2]):
        raise UserError(
            f"Expected images (H, W, C) with sides that are multiples of 16, up to 256. Received: shape={tuple(shape)}. "
            "Resize them (data.size=64)."
        )
    return shape[0] // 16, shape[1] // 16
