"""Functions of tensors that are recorded and replayed, without a model."""

import threading

import keras
import numpy as np
import pytest
from keras import ops

from kvae.backends import torch as backend
from kvae.backends.torch import replay


@pytest.fixture(autouse=True)
def recorded_at_once(monkeypatch):
    monkeypatch.setattr(replay, "PATIENCE", 0.0)


def _assert_same(one, other):
    for before, after in zip(one, other, strict=True):
        np.testing.assert_array_equal(before, after)


def test_compiled_functions_are_replayed():
    calls = []
    weight, seed = keras.Variable(np.ones((3, 2))), keras.random.SeedGenerator(3)

    def function(x):
        calls.append(0)
        return {"y": ops.matmul(x, weight), "noise": [keras.random.normal((2,), seed=seed)]}

    run = backend.compiled(function, [weight, seed.state])
    x = ops.ones((4, 3))
    outputs = [run(x) for _ in range(4)]
    assert len(calls) == 2  # once to record, and once to compare
    seed.state.assign([3, 0])
    expected = [function(x) for _ in range(4)]
    for one, other in zip(outputs, expected, strict=True):
        _assert_same(*(map(ops.convert_to_numpy, keras.tree.flatten(result)) for result in (one, other)))
    weight.assign(2 * weight)
    np.testing.assert_array_equal(run(x)["y"], 6 * np.ones((4, 2)))


def test_values_are_not_merged_across_a_change_of_a_variable():
    a, b = keras.Variable(np.ones(3)), keras.Variable(np.arange(3.0))

    def swap(x):
        before = a * 1.0
        a.assign(b * 1.0)
        b.assign(before)
        return ops.stack([a * x, b * x])

    def program(x):
        a_in_place = a.value
        first = a.value * x
        a_in_place.add_(1.0)
        return ops.stack([first, a.value * x])

    for function in (swap, program):
        run = backend.compiled(function, [a, b])
        results = []
        for _ in range(2):
            a.assign(np.ones(3)), b.assign(np.arange(3.0))
            results.append([ops.convert_to_numpy(run(ops.ones(3))) for _ in range(2)])
        assert run.programs
        _assert_same(*results)


def _replayed_as_eager(function, variables, *arguments, calls=3):
    """Assert that some calls of `function` have the same results replayed and eagerly, and return the replayed function."""
    start = [variable.numpy().copy() for variable in variables]
    run = backend.compiled(function, variables)
    results = []
    for call in (run, function):
        for variable, value in zip(variables, start, strict=True):
            variable.assign(value)
        outputs = [call(*arguments) for _ in range(calls)]
        results.append(
            [*(ops.convert_to_numpy(v) for v in keras.tree.flatten(outputs)), *(v.numpy().copy() for v in variables)]
        )
    assert run.programs
    _assert_same(*results)
    return run


def test_variables_exchange_their_values_through_views():
    a, b = keras.Variable(np.arange(4.0)), keras.Variable(np.ones(4))

    def exchange(x):
        before = ops.reshape(a * 1.0, (2, 2))
        a.assign(ops.reshape(ops.reshape(b, (2, 2)), (4,)))
        b.assign(ops.reshape(before, (4,)))
        return a * x

    _replayed_as_eager(exchange, [a, b], ops.ones(4))


def test_caller_may_change_outputs_in_place():
    def function(x):
        return {"constant": ops.ones(3), "again": ops.ones(3), "sum": x + 1, "same": x + 1}

    run = _replayed_as_eager(function, [], ops.ones(3))
    changed = run(ops.ones(3))
    for value in changed.values():
        value.add_(5)
    _assert_same(
        *(
            map(ops.convert_to_numpy, function(ops.ones(3)).values()),
            map(ops.convert_to_numpy, run(ops.ones(3)).values()),
        )
    )


def test_structures_of_arguments_have_programs_of_their_own():
    def function(x):
        return x["a"] - x["b"] if isinstance(x, dict) else x[0] + x[1]

    run = backend.compiled(function, [])
    one, two = ops.ones(3), 3 * ops.ones(3)
    for _ in range(2):
        assert float(run({"a": one, "b": two})[0]) == -2
        assert float(run((one, two))[0]) == 4
    assert len(run.programs) == 2


def test_attention_without_dropout_is_replayed():
    attention = keras.layers.MultiHeadAttention(2, 4)
    attention.build((None, 5, 8), (None, 5, 8))
    x = ops.convert_to_tensor(np.random.default_rng(0).random((3, 5, 8), "float32"))
    _replayed_as_eager(lambda x: attention(x, x), attention.variables, x)


def test_threads_that_load_data_draw_with_their_own_seeds_during_a_recording():
    drawn, seed = [], keras.random.SeedGenerator(1)

    def draw():
        drawn.append(ops.convert_to_numpy(keras.random.normal((2,), seed=seed)))

    def function(x):
        loader = threading.Thread(target=draw)
        loader.start()
        loader.join()
        return 2 * x

    run = backend.compiled(function, [])
    run(ops.ones(3))
    seed.state.assign([1, 0])
    draw()
    draw()
    np.testing.assert_array_equal(drawn[:2], drawn[2:])
