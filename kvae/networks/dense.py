"""Fully connected nets."""

import math
from collections.abc import Sequence

import keras
from keras import layers


def mlp(
    inputs: int | Sequence[int],
    outputs: int | Sequence[int],
    hidden: Sequence[int] = (),
    activation: str = "relu",
    labels: int = 0,
    name: str | None = None,
) -> keras.Model:
    """Dense layers of the widths `hidden`, and a linear one: (B, *inputs) -> (B, *outputs).

    Shapes of several axes are flattened on the way in and restored on the way out, so that a dense encoder or decoder
    takes the place of a convolutional one. With `labels` the net takes that many numbers (B, labels) beside x.
    """
    inputs, outputs = _shape(inputs), _shape(outputs)
    x, y = keras.Input(inputs), keras.Input((labels,))
    h = layers.Flatten()(x) if len(inputs) > 1 else x
    h = layers.Concatenate()([h, y]) if labels else h
    for width in hidden:
        h = layers.Dense(width, activation=activation)(h)
    h = layers.Dense(math.prod(outputs), dtype=output_dtype())(h)
    if len(outputs) > 1:
        h = layers.Reshape(outputs, dtype=output_dtype())(h)
    return keras.Model([x, y] if labels else x, h, name=name)


def output_dtype() -> str:
    """What a net computes its outputs in: full precision under a mixed policy, since likelihoods sum over images."""
    return keras.config.dtype_policy().variable_dtype


def _shape(size: int | Sequence[int]) -> tuple[int, ...]:
    return (size,) if isinstance(size, int) else tuple(size)
