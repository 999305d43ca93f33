"""Penalties on the gradients of networks by their inputs."""

from keras import ops

from kvae.backends import input_gradient
from kvae.distributions.base import promote


def squared_gradient(function, x):
    """Return |∂ Σ f(x) / ∂x|² of each example x of a batch: (B, …) -> (B,), in float32 also where x is bfloat16.

    It is the square of the gradient of f at x if each output of f depends on one example only, which holds without batch
    norm. For f(z) = ⟨v, D(z)⟩ with v ~ N(0, 1), it estimates the squared Frobenius norm of ∂D(z)/∂z without bias.

    Args:
        function: a function of a batch that assigns no variables.
        x: the batch.
    """
    (gradient,) = promote(input_gradient(function, x))
    return ops.sum(ops.square(gradient), axis=tuple(range(1, len(gradient.shape))))
