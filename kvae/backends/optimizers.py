"""Optimizers whose update is computed by a kernel of the backend instead of Keras' operations."""

import contextlib
from collections.abc import Callable, Mapping

import keras


@contextlib.contextmanager
def replaced(optimizer: keras.optimizers.Optimizer, method: str, function: Callable):
    """Let `function`, which gets the optimizer first, take the place of a method of an optimizer in this context.

    Of a `LossScaleOptimizer`, the method of the inner optimizer is replaced.
    """
    inner = unscaled(optimizer)
    # Keras tracks attributes of an optimizer that are set, but not the entries of its `__dict__`.
    vars(inner)[method] = lambda *arguments: function(inner, *arguments)
    try:
        yield
    finally:
        del vars(inner)[method]


def updated_by(kernels: Mapping[type, Callable], method: str, optimizer: keras.optimizers.Optimizer):
    """Return a context in which `optimizer` uses a kernel, if there is one for its class.

    Args:
        kernels: {class of optimizers: function of the optimizer and of the arguments of `method`}.
        method: name of the method that a kernel replaces. An optimizer with a method of its own keeps it.
        optimizer: an optimizer, or a wrapper that scales its loss.
    """
    own = type(unscaled(optimizer))
    for kind, kernel in kernels.items():
        if issubclass(own, kind) and getattr(own, method) is getattr(kind, method):
            return replaced(optimizer, method, kernel)
    return contextlib.nullcontext()


def unscaled(optimizer: keras.optimizers.Optimizer) -> keras.optimizers.Optimizer:
    """Return an optimizer without a wrapper that scales its loss."""
    return optimizer.inner_optimizer if isinstance(optimizer, keras.optimizers.LossScaleOptimizer) else optimizer
