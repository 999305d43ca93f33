"""Fixtures of the distributions' tests: float64 and gradients on each backend."""

import contextlib

import keras
import numpy as np
import pytest
from keras import ops


@pytest.fixture(autouse=True, scope="module")
def quick_compilation():
    """Compile without optimisation on JAX, which takes half the time for many small operations."""
    with jax_setting("jax_disable_most_optimizations"):
        yield


@pytest.fixture
def double():
    """Enable float64 on JAX for one test; the other backends always have it."""
    with jax_setting("jax_enable_x64"):
        yield


@contextlib.contextmanager
def jax_setting(name):
    """Turn on a setting of JAX that is off by default, if JAX is the backend."""
    if keras.backend.backend() != "jax":
        yield
        return
    import jax

    jax.config.update(name, True)
    try:
        yield
    finally:
        jax.config.update(name, False)


@pytest.fixture
def gradients():
    """Return a function `gradients(f, *arrays)`: the gradients of Σ f(*arrays), in the dtype of each array."""
    return _gradients


def _gradients(function, *arrays):
    tensors = [ops.convert_to_tensor(array) for array in arrays]
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        def total(*values):
            return ops.sum(function(*values))

        found = jax.jit(jax.grad(total, tuple(range(len(tensors)))))(*tensors)
    elif backend == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(tensors)
            total = ops.sum(function(*tensors))
        found = tape.gradient(total, tensors, unconnected_gradients="zero")
    else:
        import torch

        tensors = [tensor.clone().requires_grad_() for tensor in tensors]
        found = torch.autograd.grad(ops.sum(function(*tensors)), tensors, materialize_grads=True)
    return [np.asarray(ops.convert_to_numpy(gradient)) for gradient in found]
