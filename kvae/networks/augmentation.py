"""Layers that change images in training."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("kvae")
class RandomSmoothing(layers.Layer):
    """A layer that smooths about half of the images in training: (B, H, W, C) -> (B, H, W, C).

        y = x + max(0, a) · (smooth(x) − x),  a ~ U(−1, 1) for each image

    smooth(x) is two moving averages, one after the other. VAEs generate smooth images. A classifier that is trained on
    sharp images alone may read an attribute from the smoothness, and then misclassifies generated images.

    Args:
        size: side of the square of pixels over which each moving average is taken.
        seed: seed of the amounts a.
    """

    def __init__(self, size: int = 5, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.size = size
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        if not training:
            return x
        smooth = x
        for _ in range(2):
            smooth = ops.average_pool(smooth, self.size, strides=1, padding="same", data_format="channels_last")
        amount = keras.random.uniform((ops.shape(x)[0], 1, 1, 1), -1.0, 1.0, seed=self.generator)
        return x + ops.relu(amount) * (smooth - x)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "size": self.size, "seed": self.seed}
