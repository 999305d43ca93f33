"""Fully connected networks."""

import math
from collections.abc import Sequence

import keras
from keras import layers

from kvae.networks.common import channels_last, concatenate_labels, label_input, labelled_model, normalize, output_dtype


@channels_last
def mlp(
    inputs: int | Sequence[int],
    outputs: int | Sequence[int],
    hidden: Sequence[int] = (),
    activation: str = "relu",
    label_units: int = 0,
    standardize_inputs: bool = False,
    normalization: str = "none",
    output_activation: str = "linear",
    gain: float = 1.0,
    name: str | None = None,
) -> keras.Model:
    """Return a multilayer perceptron: (B, *inputs) -> (B, *outputs).

    Shapes of several axes are flattened at the input and restored at the output. A dense encoder or decoder can
    therefore replace a convolutional one.

    Args:
        inputs: number of inputs, or their shape.
        outputs: number of outputs, or their shape.
        hidden: widths of the hidden layers.
        activation: activation of the hidden layers.
        label_units: number of label units. With labels the network takes [x, y (B, label_units)].
        standardize_inputs: True to give each unit of x mean 0 and variance 1 by batch norm. An adversary that reads
            latent codes is then not weakened when the codes merely shrink.
        normalization: "batch", "group" or "none": the normalisation of each hidden unit before its activation. It helps
            if x has many units, because a step of Adam changes all weights of a hidden unit by similar amounts, and
            these changes add up.
        output_activation: activation of the outputs.
        gain: factor on the scale of the last layer's initial weights, compared with Glorot and Bengio (2010). With a
            small gain every posterior starts near N(0, 1).
        name: name of the network.
    """
    inputs, outputs = _as_shape(inputs), _as_shape(outputs)
    x, y = keras.Input(inputs), label_input(label_units)
    h = layers.Flatten()(x) if len(inputs) > 1 else x
    h = layers.BatchNormalization(center=False, scale=False)(h) if standardize_inputs else h
    h = concatenate_labels(h, y)
    for width in hidden:
        h = layers.Dense(width, use_bias=normalization == "none")(h)
        h = layers.Activation(activation)(normalize(h, normalization))
    last = layers.Dense(
        math.prod(outputs),
        activation=output_activation,
        kernel_initializer=keras.initializers.VarianceScaling(gain**2, "fan_avg", "uniform"),
        dtype=output_dtype(),
    )
    h = last(h)
    if len(outputs) > 1:
        h = layers.Reshape(outputs, dtype=output_dtype())(h)
    return labelled_model(x, y, h, name)


def _as_shape(size: int | Sequence[int]) -> tuple[int, ...]:
    return (size,) if isinstance(size, int) else tuple(size)
