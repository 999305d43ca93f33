"""Compiled functions on TensorFlow."""

import contextlib
import contextvars
import functools

import tensorflow as tf


@functools.cache
def _use_xla() -> bool:
    """True if there is a GPU. On a CPU, XLA made decoding three times slower."""
    return bool(tf.config.list_physical_devices("GPU"))


_compiling = contextvars.ContextVar("compiling", default=False)


def compiled(function, variables):
    """Return `function(*tensors)` as a graph, which reads and assigns `variables` in place."""

    def traced(*inputs):
        token = _compiling.set(True)
        try:
            return function(*inputs)
        finally:
            _compiling.reset(token)

    return tf.function(traced, autograph=False, reduce_retracing=True, jit_compile=_use_xla())


def fused(function):
    """Return `function()`, an expression of large tensors. Within a `compiled` function XLA compiles it.

    The graph of TensorFlow reads and writes all values once for each operation. Outside of `compiled` the time that XLA
    takes to compile would not pay.
    """
    return tf.function(function, autograph=False, jit_compile=True)() if _compiling.get() else function()


compilation_cache = contextlib.nullcontext  # traced graphs cannot be shared between models
