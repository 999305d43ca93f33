"""The fused kernels give the weights and moments of Keras' formulas."""

import contextlib
import importlib

import keras
import numpy as np
import pytest
from keras import ops, optimizers

if keras.backend.backend() == "jax":
    pytest.skip("XLA fuses the operations of Keras' optimizers", allow_module_level=True)

fused = importlib.import_module(f"kvae.backends.{keras.backend.backend()}.optimizers").fused

SHAPES = ((30, 20), (20,), (5, 4, 3, 3))

OF_MOMENTS = 2e-5 if keras.backend.backend() == "tensorflow" else 0.0
"""Relative tolerance of moments. The kernel of TensorFlow computes 1 − β₂ in float32, where 1 − .999 is .00099998713."""


class OwnUpdate(type(optimizers.Adam())):
    def update_step(self, gradient, variable, rate):
        variable.assign_sub(gradient * rate * 2)

    def _parallel_update_step(self, gradients, variables, rate):
        for gradient, variable in zip(gradients, variables, strict=True):
            self.update_step(gradient, variable, rate)


OPTIMIZERS = {
    "Adam": lambda: optimizers.Adam(1e-3),
    "Adam with a large epsilon": lambda: optimizers.Adam(1e-3, epsilon=1e-2),
    "Adam with other betas": lambda: optimizers.Adam(1e-3, beta_1=0.5, beta_2=0.99),
    "AMSGrad": lambda: optimizers.Adam(1e-3, amsgrad=True),
    "Adam with clipping": lambda: optimizers.Adam(1e-3, clipnorm=1.0),
    "Adam with averages": lambda: optimizers.Adam(1e-3, use_ema=True),
    "Adam with a schedule": lambda: optimizers.Adam(optimizers.schedules.ExponentialDecay(1e-3, 10, 0.9)),
    "Adam that accumulates": lambda: optimizers.Adam(1e-3, gradient_accumulation_steps=3),
    "AdamW": lambda: optimizers.AdamW(1e-3, weight_decay=0.01),
    "SGD": lambda: optimizers.SGD(1e-3),
    "SGD with momentum": lambda: optimizers.SGD(1e-3, momentum=0.9),
    "SGD with Nesterov's momentum": lambda: optimizers.SGD(1e-3, momentum=0.9, nesterov=True),
    "scaled loss": lambda: optimizers.LossScaleOptimizer(optimizers.Adam(1e-3), initial_scale=1.0),
    "RMSprop": lambda: optimizers.RMSprop(1e-3),
    "a class with its own update": lambda: OwnUpdate(1e-3),
}


def _trained(make, context, dtype):
    """Return the variables and the moments after 100 steps with random gradients."""
    rng = np.random.default_rng(0)
    variables = [keras.Variable(rng.normal(size=shape), dtype=dtype) for shape in SHAPES]
    optimizer = make()
    optimizer.build(variables)
    if isinstance(optimizer, optimizers.AdamW):
        optimizer.exclude_from_weight_decay(var_list=variables[1:2])
    for _ in range(100):
        gradients = [ops.convert_to_tensor(rng.normal(size=shape), dtype) for shape in SHAPES]
        with context(optimizer):
            optimizer.apply(gradients, variables)
    return [[variable.numpy() for variable in group] for group in (variables, optimizer.variables)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fused_kernel_gives_the_weights_of_keras_after_100_steps(name, dtype):
    weights, moments = _trained(OPTIMIZERS[name], lambda _: contextlib.nullcontext(), dtype)
    fused_weights, fused_moments = _trained(OPTIMIZERS[name], fused, dtype)
    for one, other in zip(weights, fused_weights, strict=True):
        np.testing.assert_allclose(other, one, rtol=0, atol=1e-6)
    for one, other in zip(moments, fused_moments, strict=True):
        np.testing.assert_allclose(other, one, rtol=OF_MOMENTS, atol=1e-6)


@pytest.mark.skipif(keras.backend.backend() == "tensorflow", reason="tensors of TensorFlow have no strides")
def test_gradients_may_have_other_strides_than_weights():
    variables = [keras.Variable(np.ones((4, 3), "float32")) for _ in range(2)]
    gradient = ops.reshape(ops.arange(12, dtype="float32"), (3, 4))
    for variable, value in zip(variables, (gradient.T, gradient.T.contiguous()), strict=True):
        optimizer = optimizers.Adam(0.1)
        optimizer.build([variable])
        with fused(optimizer):
            optimizer.apply([value], [variable])
    np.testing.assert_array_equal(variables[0].numpy(), variables[1].numpy())


def test_an_optimizer_is_itself_after_its_fused_step():
    optimizer = optimizers.Adam()
    attributes = set(vars(optimizer))
    with fused(optimizer):
        assert set(vars(optimizer)) > attributes
    assert set(vars(optimizer)) == attributes
