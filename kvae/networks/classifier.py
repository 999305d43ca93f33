"""Convolutional classifiers of small pictures."""

from collections.abc import Sequence

import keras
from keras import layers, ops

from kvae.networks.dense import output_dtype
from kvae.networks.normalization import BatchNormalization


def conv_classifier(
    shape: Sequence[int],
    outputs: int,
    width: int = 32,
    dropout: float = 0.3,
    augment: bool = True,
    smooth: bool = False,
    name: str | None = None,
) -> keras.Model:
    """Four blocks of a 3×3 convolution, batch norm, ReLU and max-pooling with width, 2·width … channels, then dropout
    and dense 128: images (B, H, W, C) -> logits (B, outputs).

    With `augment` the net sees, in training alone, mirrored, shifted (by a sixteenth) pictures of other contrast; with
    `smooth` also smooth ones (`RandomSmoothing`).
    """
    image = h = keras.Input(tuple(shape))
    if augment:
        h = layers.RandomFlip("horizontal")(h)
        h = layers.RandomTranslation(1 / 16, 1 / 16, fill_mode="nearest", interpolation="nearest")(h)
        h = layers.RandomContrast(0.2, value_range=(0, 1))(h)
    h = RandomSmoothing()(h) if smooth else h
    for stage in range(4):
        h = layers.Conv2D(width * 2**stage, 3, padding="same", use_bias=False)(h)
        h = layers.MaxPooling2D(padding="same")(layers.ReLU()(BatchNormalization(momentum=0.9)(h)))
    h = layers.Dropout(dropout)(layers.Flatten()(h))
    h = layers.Dense(128, activation="relu")(h)
    return keras.Model(image, layers.Dense(outputs, dtype=output_dtype())(h), name=name)


@keras.saving.register_keras_serializable("kvae")
class RandomSmoothing(layers.Layer):
    """In training, one picture of two lies somewhere between itself and a smooth copy: what VAEs draw is smooth, and a judge
    who has seen sharp pictures alone takes smoothness for a feature of faces.

    Args:
        size: of the square that is averaged over, twice.
        seed: of which pictures, and how far.
    """

    def __init__(self, size: int = 5, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.size, self.seed = size, seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        if not training:
            return x
        smooth = x
        for _ in range(2):
            smooth = ops.average_pool(smooth, self.size, strides=1, padding="same")
        amount = keras.random.uniform((ops.shape(x)[0], 1, 1, 1), -1.0, 1.0, seed=self.generator)
        return x + ops.relu(amount) * (smooth - x)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "size": self.size, "seed": self.seed}
