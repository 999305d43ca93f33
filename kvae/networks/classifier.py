"""Convolutional classifiers of small images."""

from collections.abc import Sequence

import keras
from keras import layers

from kvae.networks.augmentation import RandomSmoothing
from kvae.networks.common import channels_last, normalized_relu, output_dtype
from kvae.networks.convolutions import Conv2D


@channels_last
def conv_classifier(
    shape: Sequence[int],
    outputs: int,
    width: int = 32,
    dropout: float = 0.3,
    augment: bool = True,
    smooth: bool = False,
    name: str | None = None,
) -> keras.Model:
    """Return a convolutional classifier: images (B, H, W, C) -> logits (B, outputs).

    It has four blocks of a 3×3 convolution, batch norm, ReLU and max-pooling, with width, 2·width, 4·width and 8·width
    channels. Dropout and a dense layer of 128 units follow.

    Args:
        shape: shape (H, W, C) of the images.
        outputs: number of logits.
        width: number of channels of the first convolution.
        dropout: fraction of the units that dropout sets to zero.
        augment: True to flip the images, to shift them by up to a sixteenth of their sides and to change their
            contrast, at random and in training only.
        smooth: True to smooth some of the images in training (`RandomSmoothing`).
        name: name of the network.
    """
    image = h = keras.Input(tuple(shape))
    if augment:
        h = layers.RandomFlip("horizontal")(h)
        h = layers.RandomTranslation(1 / 16, 1 / 16, fill_mode="nearest", interpolation="nearest")(h)
        h = layers.RandomContrast(0.2, value_range=(0, 1))(h)
    h = RandomSmoothing()(h) if smooth else h
    for stage in range(4):
        h = Conv2D(width * 2**stage, 3, padding="same", use_bias=False)(h)
        h = layers.MaxPooling2D(padding="same")(normalized_relu(h, "batch", momentum=0.9))
    h = layers.Dropout(dropout)(layers.Flatten()(h))
    h = layers.Dense(128, activation="relu")(h)
    return keras.Model(image, layers.Dense(outputs, dtype=output_dtype())(h), name=name)
