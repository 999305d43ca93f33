"""Implementations on JAX of the operations that are slow on one of the backends."""

import jax

LOSSY_SUMS = False
"""True if the sum of many values loses digits of float32. XLA adds them in parts."""


def softplus(x):
    """Return log(1 + eˣ), for float32 and float64. The `logaddexp` of JAX is slower on a CPU.

    For x above 80 the result rounds to x.
    """
    return jax.numpy.log1p(jax.numpy.exp(jax.numpy.minimum(x, 80))) + jax.nn.relu(x - 80)


batch_norm = None  # XLA fuses the operations of which Keras composes batch normalisation
