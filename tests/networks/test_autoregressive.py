"""Masked autoencoders: which output depends on which input, initial values, and configurations."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.networks import MaskedDense, made


def fill(net, rng):
    """Give all weights random values, biases included, so that no dependence is hidden by a zero."""
    for weight in net.weights:
        weight.assign(rng.normal(size=weight.shape))


def dependence(function, x):
    """Return which outputs change with which unit of `x` (1, D): booleans (outputs, D)."""
    before = function(x)
    moved = [function(x + step) for step in np.eye(x.shape[1], dtype="float32")]  # a step in one unit each
    return np.stack([np.abs(after - before)[0] > 1e-6 for after in moved], axis=-1)


@pytest.mark.parametrize(
    ("strict", "expected"),
    [
        (False, [[True, False, False], [True, True, True]]),
        (True, [[False, False, False], [True, True, False]]),
    ],
)
def test_masked_dense_depends_on_units_of_lower_degree(strict, expected, rng):
    layer = MaskedDense([1, 2, 3], [1, 3], strict=strict)
    x = rng.normal(size=(1, 3)).astype("float32")
    layer.build(x.shape)
    fill(layer, rng)
    found = dependence(lambda x: ops.convert_to_numpy(layer(x)), x)
    np.testing.assert_array_equal(found, expected)


def test_masked_dense_equals_a_dense_layer_with_masked_weights(rng):
    layer = MaskedDense([1, 2], [1, 2], activation="tanh")
    layer.build((None, 2))
    layer.set_weights([np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, -0.5])])
    x = rng.normal(size=(4, 2)).astype("float32")
    expected = np.tanh(np.stack([x[:, 0] + 0.5, 2 * x[:, 0] + 4 * x[:, 1] - 0.5], axis=1))
    np.testing.assert_allclose(ops.convert_to_numpy(layer(x)), expected, rtol=1e-5)


def test_masked_dense_is_restored_from_its_configuration(rng):
    layer = MaskedDense([1, 2, 3], [1, 3, 3, 2], strict=True, activation="relu", name="masked")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert (again.name, again.units, again.strict) == ("masked", 4, True)
    np.testing.assert_array_equal(again.mask, layer.mask)
    x = rng.normal(size=(5, 3)).astype("float32")
    for each in (layer, again):
        each.build(x.shape)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(*(ops.convert_to_numpy(each(x)) for each in (layer, again)))


@pytest.mark.parametrize("units", [1, 2, 5])
@pytest.mark.parametrize("hidden", [(), (7,), (7, 11)])
def test_made_outputs_depend_on_earlier_units_only(units, hidden, rng):
    net = made(units, 3, hidden, "tanh")
    fill(net, rng)
    z, context = (0.1 * rng.normal(size=(1, d)).astype("float32") for d in (units, 3))
    found = dependence(lambda z: ops.convert_to_numpy(net([z, context])), z)
    earlier = np.tril(np.ones((units, units), bool), k=-1)
    allowed = np.concatenate([earlier, earlier])
    assert not (found & ~allowed).any()
    # With hidden layers at least as wide as z, or none, every allowed dependence exists.
    np.testing.assert_array_equal(found, allowed)


@pytest.mark.parametrize("hidden", [(), (7,)])
def test_made_outputs_all_depend_on_the_whole_context(hidden, rng):
    net = made(4, 3, hidden, "tanh")
    fill(net, rng)
    z, context = (0.1 * rng.normal(size=(1, d)).astype("float32") for d in (4, 3))
    found = dependence(lambda context: ops.convert_to_numpy(net([z, context])), context)
    assert found.all()


def test_made_gate_is_the_initial_bias_of_the_second_half():
    net = made(3, 2, (5,), gate=1.5)
    outputs = ops.convert_to_numpy(net([np.zeros((1, 3), "float32"), np.zeros((1, 2), "float32")]))
    np.testing.assert_array_equal(outputs, [[0, 0, 0, 1.5, 1.5, 1.5]])


def test_made_under_mixed_precision_computes_in_float32():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        net = made(3, 2, (5,))
        assert {layer.compute_dtype for layer in net.layers if layer.weights} == {"float32"}
    finally:
        keras.config.set_dtype_policy(before)


def test_made_is_restored_from_a_file(tmp_path, rng):
    net = made(3, 2, (5, 4), "tanh", name="step")
    net.save(tmp_path / "made.keras")
    again = keras.saving.load_model(tmp_path / "made.keras")
    given = [rng.normal(size=(6, d)).astype("float32") for d in (3, 2)]
    assert again.name == "step"
    np.testing.assert_allclose(*(ops.convert_to_numpy(each(given)) for each in (net, again)), rtol=1e-6)
