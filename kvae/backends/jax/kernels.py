"""Operations that need a form of their own on JAX."""

import jax


def slow_strided_convolutions() -> bool:
    """True if gradients of strided and transposed convolutions cost several times those of plain ones: XLA on a CPU."""
    return jax.default_backend() == "cpu"


def softplus(x):
    """Return log(1 + eˣ). The `logaddexp` of JAX is slower on a CPU. Above 80 the result is x in every float type."""
    return jax.numpy.log1p(jax.numpy.exp(jax.numpy.minimum(x, 80))) + jax.nn.relu(x - 80)


batch_norm = None  # XLA fuses the operations that Keras composes
