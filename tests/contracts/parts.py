"""Small networks, and weights for them, of which the models of the contracts are made."""

import numpy as np

from kvae import networks

SHAPE = (8, 8, 1)
LATENT = 3


def dense(outputs=2 * LATENT):
    """Return an encoder and a decoder."""
    # Softplus is smooth, for finite differences, and Keras computes it in float64 on every backend.
    return networks.mlp(SHAPE, outputs, (16,), "softplus"), networks.mlp(LATENT, SHAPE, (16,), "softplus")


def settle(model):
    """Set weights of moderate size, equal on every backend, and return the model.

    With the initial weights of Keras, scales of e²⁰ may occur.
    """
    rng = np.random.default_rng(3)
    for variable in model.trainable_variables:
        variable.assign((0.2 * rng.standard_normal(variable.shape)).astype("float32"))
    return model
