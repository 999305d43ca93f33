"""Optimizers whose update is computed by a kernel of the backend instead of Keras' operations."""

import contextlib
from collections.abc import Callable, Mapping

import keras


@contextlib.contextmanager
def updated_by(kernels: Mapping[type, Callable], method: str, optimizer: keras.optimizers.Optimizer):
    """Let `optimizer` use a kernel in this context, if there is one for its class.

    Args:
        kernels: {class of optimizers: function of the optimizer and of the arguments of `method`}.
        method: name of the method that a kernel replaces. An optimizer with a method of its own keeps it.
        optimizer: an optimizer, or a wrapper that scales its loss.
    """
    inner = optimizer.inner_optimizer if isinstance(optimizer, keras.optimizers.LossScaleOptimizer) else optimizer
    update = next((kernel for kind, kernel in kernels.items() if _updates_like(inner, kind, method)), None)
    if update is None:
        yield
        return
    # Keras tracks attributes of an optimizer that are set, but not the entries of its `__dict__`.
    vars(inner)[method] = lambda *arguments: update(inner, *arguments)
    try:
        yield
    finally:
        del vars(inner)[method]


def _updates_like(optimizer: keras.optimizers.Optimizer, kind: type, method: str) -> bool:
    """True if `optimizer` is of the class `kind`, or of a subclass that inherits `method`."""
    return isinstance(optimizer, kind) and getattr(type(optimizer), method) is getattr(kind, method)
