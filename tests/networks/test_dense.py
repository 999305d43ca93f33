"""`mlp`: shapes, normalisation and initial weights."""

import numpy as np
import pytest
from keras import ops

from kvae.errors import UserError
from kvae.networks import mlp


@pytest.fixture
def x(rng):
    return rng.standard_normal((64, 3)).astype("float32")


def test_mlp_shapes_of_several_axes_are_flattened_and_restored():
    net = mlp((8, 8, 1), (2, 3), (5,), "tanh")
    assert net(np.zeros((4, 8, 8, 1), "float32")).shape == (4, 2, 3)


def test_mlp_without_hidden_layers_is_one_linear_layer():
    assert mlp(7, 2).count_params() == 7 * 2 + 2


def test_mlp_output_activation_applies_to_the_last_layer_only(x):
    linear, bounded = mlp(3, 2, (5,)), mlp(3, 2, (5,), output_activation="sigmoid")
    bounded.set_weights(linear.get_weights())
    np.testing.assert_allclose(*(ops.convert_to_numpy(y) for y in (bounded(x), ops.sigmoid(linear(x)))), atol=1e-6)


def test_mlp_label_units_are_a_second_input(x):
    net = mlp(3, 2, label_units=1)
    kernel, bias = (ops.convert_to_numpy(weight) for weight in net.weights)
    y = np.arange(64.0, dtype="float32")[:, None]
    expected = np.concatenate([x, y], axis=1) @ kernel + bias
    np.testing.assert_allclose(ops.convert_to_numpy(net([x, y])), expected, rtol=1e-4, atol=1e-4)


def test_mlp_standardized_inputs_make_the_outputs_independent_of_scale_and_shift(x):
    net = mlp(3, 2, (5,), standardize_inputs=True)
    # Compared with variances of 900 and 8,100 the ε of batch norm is negligible.
    outputs = [ops.convert_to_numpy(net(scale * x + shift, training=True)) for scale, shift in ((30, 0), (90, -20))]
    np.testing.assert_allclose(*outputs, atol=1e-4)
    assert len(net.trainable_variables) == 4


def test_mlp_batch_normalization_makes_the_outputs_independent_of_the_scale_of_the_first_weights(x):
    net = mlp(3, 2, (5, 4), normalization="batch")
    first = net.layers[1].kernel
    first.assign(30 * first)  # a variance compared with which the ε of batch norm is negligible
    before = ops.convert_to_numpy(net(x, training=True))
    first.assign(3 * first)
    np.testing.assert_allclose(ops.convert_to_numpy(net(x, training=True)), before, atol=1e-4)
    assert len(net.trainable_variables) == 2 * 3 + 2


def test_mlp_group_normalization_treats_each_example_alone(x):
    net = mlp(3, 2, (16,), normalization="group")
    alone, together = (ops.convert_to_numpy(net(rows, training=True))[:2] for rows in (x[:2], x))
    np.testing.assert_allclose(alone, together, atol=1e-5)


def test_mlp_unknown_normalization_raises_an_error_with_the_known_names():
    with pytest.raises(UserError, match=r"one of batch, group, instance, none\. Received: normalization='layer'"):
        mlp(3, 2, (5,), normalization="layer")


def test_mlp_gain_scales_the_last_initial_weights():
    usual, small = (ops.convert_to_numpy(mlp(300, 200, gain=gain).layers[-1].kernel).std() for gain in (1.0, 0.1))
    np.testing.assert_allclose(small, 0.1 * usual, rtol=0.02)
