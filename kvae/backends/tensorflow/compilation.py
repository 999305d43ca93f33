"""Compiled functions on TensorFlow."""

import contextlib
import contextvars
import functools

import tensorflow as tf

VALUES_AT_ONCE = 2**23
"""Number of values that are fastest to compute at once on a CPU, when many samples are decoded (32 MB)."""


@functools.cache
def _use_xla() -> bool:
    """True if there is a GPU. On a CPU, XLA made decoding three times slower."""
    return bool(tf.config.list_physical_devices("GPU"))


_compiling = contextvars.ContextVar("compiling", default=False)


def compiled(function, variables):
    """Return a version of `function`, which takes tensors, that runs as a graph.

    It reads and assigns `variables` in place.
    """

    def traced(*inputs):
        token = _compiling.set(True)
        try:
            return function(*inputs)
        finally:
            _compiling.reset(token)

    return tf.function(traced, autograph=False, reduce_retracing=True, jit_compile=_use_xla())


def fused(function):
    """Return `function()`, an expression of large tensors. XLA compiles it if it is part of a `compiled` function.

    A graph of TensorFlow reads and writes all values once for each operation; XLA needs few passes. Elsewhere `function` is
    called as it is: outside of a graph, compilation would take longer than it saves, and in a training step, whose gradients
    need the values in between, XLA gained nothing for dense and DCGAN networks.
    """
    return tf.function(function, autograph=False, jit_compile=True)() if _compiling.get() else function()


compilation_cache = contextlib.nullcontext  # traced graphs cannot be shared between models
