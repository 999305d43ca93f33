"""Fully connected nets."""

import math
from collections.abc import Sequence

import keras
import numpy as np
from keras import layers

from kvae.errors import UserError
from kvae.networks.normalization import BatchNormalization


def mlp(
    inputs: int | Sequence[int],
    outputs: int | Sequence[int],
    hidden: Sequence[int] = (),
    activation: str = "relu",
    labels: int = 0,
    standardized: bool = False,
    normalized: bool = False,
    output_activation: str = "linear",
    gain: float = 1.0,
    name: str | None = None,
) -> keras.Model:
    """Dense layers of the widths `hidden`, and one of `output_activation`: (B, *inputs) -> (B, *outputs).

    Shapes of several axes are flattened on the way in and restored on the way out, so that a dense encoder or decoder
    takes the place of a convolutional one. With `labels` the net takes that many numbers (B, labels) beside x. With
    `standardized` batch norm gives each unit of x mean 0 and variance 1 first: an adversary of codes is then not weakened by
    codes that are merely smaller. With `normalized` it does so with each hidden unit, before its activation: beside x of
    many units, a step of Adam moves a hidden unit by the sum of as many weights. `gain` is the scale of the last layer's
    initial weights, as in `conv_encoder`.
    """
    inputs, outputs = _shape(inputs), _shape(outputs)
    x, y = keras.Input(inputs), keras.Input((labels,))
    h = layers.Flatten()(x) if len(inputs) > 1 else x
    h = layers.BatchNormalization(center=False, scale=False)(h) if standardized else h
    h = layers.Concatenate()([h, y]) if labels else h
    for width in hidden:
        h = layers.Dense(width, use_bias=not normalized)(h)
        h = layers.Activation(activation)(BatchNormalization(momentum=0.9)(h) if normalized else h)
    initializer = keras.initializers.VarianceScaling(gain**2, "fan_avg", "uniform")
    last = layers.Dense(
        math.prod(outputs), activation=output_activation, kernel_initializer=initializer, dtype=output_dtype()
    )
    h = last(h)
    if len(outputs) > 1:
        h = layers.Reshape(outputs, dtype=output_dtype())(h)
    return keras.Model([x, y] if labels else x, h, name=name)


def fixed_label_prior(
    labels: int, units_per_label: int = 1, present: float = 3.0, spread: float = 0.1, name: str | None = None
) -> keras.Model:
    """p(w|y) of a CSVAE that is given and not learnt: (B, labels) -> means and log σ (B, 2 · labels · units_per_label).

    Each label has units of its own, N(0, `spread`²) where it is absent and N(`present`, 1) where it holds, as in
    re-implementations of Klys et al. 2018: w cannot leave out what the labels say.
    """
    y, units = keras.Input((labels,)), labels * units_per_label
    prior = layers.Dense(2 * units, dtype=output_dtype(), trainable=False)
    model = keras.Model(y, prior(y), name=name)
    own = np.repeat(np.eye(labels), units_per_label, axis=1)  # (labels, units)
    log_spread = math.log(spread)
    prior.set_weights([np.hstack([present * own, -log_spread * own]), np.repeat([0.0, log_spread], units)])
    return model


def residual_posterior(net: keras.Model, prior: keras.Model, name: str | None = None) -> keras.Model:
    """q(w|x, y) as a difference from a given p(w|y): `net` (x, y) says by how much mean and log σ differ (Vahdat and Kautz
    2020, section 3.2), so that it need not learn what the prior is."""
    if prior.trainable_variables:
        raise UserError(f"Expected a prior that is given. Received: {prior.name}, which learns.")
    own = keras.models.clone_model(prior)  # Keras loads no layer that two nets share
    own.set_weights(prior.get_weights())
    x, y = net.inputs
    return keras.Model([x, y], layers.Add(dtype=output_dtype())([own(y), net([x, y])]), name=name)


def standardised(code, rates: Sequence[float]):
    """A tensor (B, units + labels) whose labels, its last columns, binary and of these frequencies, have variance 1."""
    units = code.shape[-1] - len(rates)
    return layers.Normalization(
        mean=[0.0] * units + list(rates), variance=[1.0] * units + [rate * (1 - rate) for rate in rates]
    )(code)


def output_dtype() -> str:
    """What a net computes its outputs in: full precision under a mixed policy, since likelihoods sum over images."""
    return keras.config.dtype_policy().variable_dtype


def _shape(size: int | Sequence[int]) -> tuple[int, ...]:
    return (size,) if isinstance(size, int) else tuple(size)
