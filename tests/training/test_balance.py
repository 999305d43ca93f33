"""The factor that makes the gradients of one player as long as those of another."""

import keras
import numpy as np
from keras import ops

from kvae.training import Balance


def _gradients(*scales):
    return [ops.convert_to_tensor(np.full((2, 2), scale, "float32")) for scale in scales]


def _balanced(own, weight=1.0):
    kernel, other = (keras.Variable(np.zeros((2, 2), "float32")) for _ in range(2))
    variables = {"loss": [other, kernel], "adversary": [other, kernel]}
    gradients = {"loss": _gradients(5.0, 3.0), "adversary": _gradients(7.0, own)}
    found = Balance("adversary", "loss", kernel, weight).of(gradients, variables)
    assert found["loss"] is gradients["loss"]
    return [float(ops.convert_to_numpy(gradient)[0, 0]) for gradient in found["adversary"]]


def test_balance_multiplies_all_gradients_by_the_ratio_at_one_variable():
    np.testing.assert_allclose(_balanced(own=-0.5, weight=0.8), [0.8 * 7 * 6, -0.8 * 0.5 * 6], rtol=1e-3)


def test_balance_of_a_player_without_a_gradient_is_limited():
    np.testing.assert_allclose(_balanced(own=0.0), [7 * 1e4, 0], rtol=1e-6)
