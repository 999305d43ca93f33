"""The order of operations in TensorFlow's graph of a round, and its release."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.backends import Backend
from kvae.models import VAE
from kvae.networks import mlp

if keras.backend.backend() != "tensorflow":
    pytest.skip(
        "only TensorFlow runs a graph, in which an operation starts as soon as its inputs are known",
        allow_module_level=True,
    )


def _before(op):
    """Return all operations that `op` waits for."""
    seen, left = set(), [op]
    while left:
        here = left.pop()
        if here not in seen:
            seen.add(here)
            left += [*here.control_inputs, *(tensor.op for tensor in here.inputs)]
    return seen


def test_gradients_wait_for_assignments_of_the_phase_before():
    import tensorflow as tf

    first, second = keras.Variable(1.0), keras.Variable(2.0)
    players = {"first": [first], "second": [second]}

    def loss(x):
        return {"first": ops.sum(ops.exp(x)) * first, "second": ops.sum(ops.cos(x)) * second}

    @tf.function(autograph=False)
    def round_(x):
        for _ in range(2):
            _, gradients = Backend().gradients(lambda: loss(x), players)
            for player, variables in players.items():
                variables[0].assign(variables[0] - gradients[player][0])

    operations = round_.get_concrete_function(tf.ones(3)).graph.get_operations()
    # This operation depends on x only, so that only the order of phases makes it wait.
    forward = [op for op in operations if op.type == "Exp"]
    assert len(forward) == 2
    moved = [op for op in operations if op.type == "AssignVariableOp"]
    assert len(moved) == 4
    assert not set(moved[:2]) & _before(forward[0])
    assert set(moved[:2]) <= _before(forward[1])


@pytest.mark.parametrize("scaled", [False, True], ids=["adam", "scaled_adam"])
def test_training_step_registers_no_gradient(scaled):
    from tensorflow.python.framework import ops as framework

    adam = keras.optimizers.Adam()
    model = VAE(mlp((6,), 4, (3,)), mlp((2,), 6, (3,)))
    model.compile(keras.optimizers.LossScaleOptimizer(adam) if scaled else adam)
    before = list(framework.gradient_registry.list())
    model.train_on_batch(np.zeros((4, 6), "float32"))
    assert list(framework.gradient_registry.list()) == before
