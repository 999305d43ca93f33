"""Padding of maps by reflection."""

import keras
from keras import layers, ops

from kvae.errors import UserError


@keras.saving.register_keras_serializable("kvae")
class ReflectionPadding2D(layers.Layer):
    """A layer that reflects a map at its sides: (B, H, W, C) -> (B, H + 2p, W + 2p, C).

    The pixels at the sides are not repeated. Convolutions of a map that is padded with zeros leave a visible frame.

    Args:
        padding: p, the number of rows and columns on each side; less than H and W.
    """

    def __init__(self, padding: int = 1, **kwargs):
        super().__init__(**kwargs)
        self.padding = padding

    def build(self, input_shape):
        if not 1 <= self.padding < min(input_shape[1:3]):
            raise UserError(
                f"Expected padding from 1 to {min(input_shape[1:3]) - 1}, for a map of {input_shape[1]}×{input_shape[2]}. "
                f"Received: padding={self.padding}."
            )
        self.built = True

    def call(self, x):
        both = (self.padding, self.padding)
        return ops.pad(x, ((0, 0), both, both, (0, 0)), mode="reflect")

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return batch, height + 2 * self.padding, width + 2 * self.padding, channels

    def get_config(self):
        return {**super().get_config(), "padding": self.padding}
