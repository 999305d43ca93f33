"""Convolutional classifiers of small pictures."""

from collections.abc import Sequence

import keras
from keras import layers

from kvae.networks.dense import output_dtype


def conv_classifier(
    shape: Sequence[int], outputs: int, width: int = 32, dropout: float = 0.3, augment: bool = True, name=None
) -> keras.Model:
    """Four blocks of a 3×3 convolution, batch norm, ReLU and max-pooling with width, 2·width … channels, then dropout
    and dense 128: images (B, H, W, C) -> logits (B, outputs).

    With `augment` the net sees, in training alone, mirrored, shifted (by a sixteenth) pictures of other contrast.
    """
    image = h = keras.Input(tuple(shape))
    if augment:
        h = layers.RandomFlip("horizontal")(h)
        h = layers.RandomTranslation(1 / 16, 1 / 16, fill_mode="nearest", interpolation="nearest")(h)
        h = layers.RandomContrast(0.2, value_range=(0, 1))(h)
    for stage in range(4):
        h = layers.Conv2D(width * 2**stage, 3, padding="same", use_bias=False)(h)
        h = layers.MaxPooling2D(padding="same")(layers.ReLU()(layers.BatchNormalization(momentum=0.9)(h)))
    h = layers.Dropout(dropout)(layers.Flatten()(h))
    h = layers.Dense(128, activation="relu")(h)
    return keras.Model(image, layers.Dense(outputs, dtype=output_dtype())(h), name=name)
