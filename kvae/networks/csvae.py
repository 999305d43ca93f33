"""Priors and posteriors of w, the part of a CSVAE's latent code that represents the labels (Klys et al. 2018)."""

import math

import keras
import numpy as np
from keras import layers

from kvae.errors import UserError
from kvae.networks.common import output_dtype


def fixed_label_prior(
    label_units: int, units_per_label: int = 1, present: float = 3.0, spread: float = 0.1, name: str | None = None
) -> keras.Model:
    """Return a fixed prior p(w|y): labels y (B, label_units) -> means and log σ (B, 2 · label_units · units_per_label).

    Each label has `units_per_label` units of w. Their prior is

        p(w|y) = N(0, spread²) if y = 0,  N(present, 1) if y = 1

    for each unit, as in re-implementations of Klys et al. 2018. The weights of this prior are not trained, so that w
    must encode the labels.

    Args:
        label_units: number of label units.
        units_per_label: number of units of w for each label.
        present: mean of a unit whose label is 1.
        spread: standard deviation of a unit whose label is 0.
        name: name of the network.
    """
    y, units = keras.Input((label_units,)), label_units * units_per_label
    prior = layers.Dense(2 * units, dtype=output_dtype(), trainable=False)
    model = keras.Model(y, prior(y), name=name)
    label_of_unit = np.repeat(np.eye(label_units), units_per_label, axis=1)  # (label_units, units)
    log_spread = math.log(spread)
    kernel = np.hstack([present * label_of_unit, -log_spread * label_of_unit])  # (label_units, 2 · units)
    prior.set_weights([kernel, np.repeat([0.0, log_spread], units)])
    return model


def residual_posterior(net: keras.Model, prior: keras.Model, name: str | None = None) -> keras.Model:
    """Return a posterior q(w|x, y) that is parameterised by its difference from a fixed prior p(w|y).

    The returned network computes net(x, y) + prior(y), the means and log σ (Vahdat and Kautz 2020, section 3.2). `net`
    need not learn the prior.

    Args:
        net: network [x, y] -> differences of means and log σ.
        prior: network y -> means and log σ, without trainable weights.
        name: name of the network.
    """
    if prior.trainable_variables:
        raise UserError(
            f"Expected a fixed prior. Received: {prior.name} with trainable weights. Build one with fixed_label_prior."
        )
    copy = keras.models.clone_model(prior)  # because Keras cannot load a layer that two networks share
    copy.set_weights(prior.get_weights())
    x, y = net.inputs
    return keras.Model([x, y], layers.Add(dtype=output_dtype())([copy(y), net([x, y])]), name=name)
