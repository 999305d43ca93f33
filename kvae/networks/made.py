"""Masked autoencoders for distribution estimation (Germain et al. 2015), the autoregressive networks of flows."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers, ops

DTYPE = "float32"
"""Flows add up log-determinants over units: they are computed in full precision."""


@keras.saving.register_keras_serializable("kvae")
class MaskedDense(layers.Dense):
    """A dense layer in which output unit j depends on those input units i alone whose number is low enough.

        depends(i, j) = degree(i) < degree(j) if `strict`, else degree(i) <= degree(j)

    Args:
        inputs: degrees of the input units.
        outputs: degrees of the output units.
        strict: which of the two rules holds.
    """

    def __init__(self, inputs: Sequence[int], outputs: Sequence[int], strict: bool = False, **kwargs):
        kwargs.pop("units", None)
        super().__init__(len(outputs), **kwargs)
        self.degrees = tuple(inputs), tuple(outputs)
        self.strict = strict
        first, second = np.array(inputs)[:, None], np.array(outputs)[None]
        self.mask = (first < second if strict else first <= second).astype("float32")

    def call(self, inputs, training=None):
        x = ops.matmul(inputs, self.kernel * self.mask)
        x = ops.add(x, self.bias) if self.use_bias else x
        return x if self.activation is None else self.activation(x)

    def get_config(self):
        inputs, outputs = self.degrees
        return {**super().get_config(), "inputs": inputs, "outputs": outputs, "strict": self.strict}


def made(
    units: int, context: int, hidden: Sequence[int] = (), activation: str = "relu", gate: float = 2.0, name=None
) -> keras.Model:
    """Return an autoregressive network [z (B, units), context (B, context)] -> (B, 2 · units), for flows.

    Output units i and `units` + i depend on the units of z before i, and on the whole context. The biases of the second half
    start at `gate`: sigmoid(2) = 0.88 of z passes each step at first, so that a flow starts near the identity (Kingma et
    al. 2016, section 4.1, use 1 to 2).
    """
    z, h = keras.Input((units,)), keras.Input((context,))
    degrees = np.arange(1, units + 1)
    before, x = degrees, z
    for number, width in enumerate(hidden):
        after = 1 + np.arange(width) % max(1, units - 1)
        x = MaskedDense(before.tolist(), after.tolist(), dtype=DTYPE)(x)
        x = layers.Add(dtype=DTYPE)([x, layers.Dense(width, use_bias=False, dtype=DTYPE)(h)]) if number == 0 else x
        x = layers.Activation(activation, dtype=DTYPE)(x)
        before = after
    last = MaskedDense(before.tolist(), np.tile(degrees, 2).tolist(), strict=True, dtype=DTYPE)
    direct = layers.Dense(2 * units, use_bias=False, dtype=DTYPE)
    out = layers.Add(dtype=DTYPE)([last(x), direct(h)])
    last.bias.assign(np.repeat([0.0, gate], units))
    return keras.Model([z, h], out, name=name)
