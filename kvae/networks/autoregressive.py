"""Masked autoencoders for distribution estimation (MADE, Germain et al. 2015), the autoregressive networks of flows."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers, ops

from kvae.networks.common import output_dtype


@keras.saving.register_keras_serializable("kvae")
class MaskedDense(layers.Dense):
    """A dense layer in which an output unit depends only on input units of a lower or equal degree.

    Output unit j depends on input unit i if degree(i) <= degree(j), or if degree(i) < degree(j) with `strict` (Germain
    et al. 2015, section 4). All other weights are multiplied by zero.

    Args:
        inputs: degrees of the input units, integers.
        outputs: degrees of the output units, integers.
        strict: True if an output unit depends only on input units of a lower degree.
    """

    def __init__(self, inputs: Sequence[int], outputs: Sequence[int], strict: bool = False, **kwargs):
        kwargs.pop("units", None)
        super().__init__(len(outputs), **kwargs)
        self.degrees = tuple(inputs), tuple(outputs)
        self.strict = strict
        before, after = np.array(inputs)[:, None], np.array(outputs)[None]
        self.mask = before < after if strict else before <= after  # (inputs, outputs)

    def call(self, inputs, training=None):
        x = ops.matmul(inputs, self.kernel * ops.cast(self.mask, self.compute_dtype))
        x = ops.add(x, self.bias) if self.use_bias else x
        return x if self.activation is None else self.activation(x)

    def get_config(self):
        inputs, outputs = self.degrees
        return {**super().get_config(), "inputs": inputs, "outputs": outputs, "strict": self.strict}


def made(
    units: int,
    context: int,
    hidden: Sequence[int] = (),
    activation: str = "relu",
    gate: float = 2.0,
    name: str | None = None,
) -> keras.Model:
    """Return an autoregressive network [z (B, units), context (B, context)] -> (B, 2 · units).

    Output units i and `units` + i depend on the units of z before i, and on the whole context.

    Args:
        units: number of units of z.
        context: number of units of the context.
        hidden: widths of the hidden layers.
        activation: activation of the hidden layers.
        gate: initial bias of the second half of the outputs. A flow multiplies z by the sigmoid of these outputs. As
            sigmoid(2) = 0.88, the flow starts near the identity (Kingma et al. 2016, section 4.1, use biases from 1 to
            2).
        name: name of the network.
    """
    dtype = output_dtype()  # for all layers, because the log-determinant of a flow is a sum over units
    z, h = keras.Input((units,)), keras.Input((context,))
    degrees = np.arange(1, units + 1)
    before, x = degrees, z
    for number, width in enumerate(hidden):
        after = 1 + np.arange(width) % max(1, units - 1)
        x = MaskedDense(before.tolist(), after.tolist(), dtype=dtype)(x)
        x = layers.Add(dtype=dtype)([x, layers.Dense(width, use_bias=False, dtype=dtype)(h)]) if number == 0 else x
        x = layers.Activation(activation, dtype=dtype)(x)
        before = after
    last = MaskedDense(before.tolist(), np.tile(degrees, 2).tolist(), strict=True, dtype=dtype)
    direct = layers.Dense(2 * units, use_bias=False, dtype=dtype)
    out = layers.Add(dtype=dtype)([last(x), direct(h)])
    last.bias.assign(np.repeat([0.0, gate], units))
    return keras.Model([z, h], out, name=name)
