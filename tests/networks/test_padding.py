"""Padding by reflection."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.errors import UserError
from kvae.networks import ReflectionPadding2D


@pytest.mark.parametrize("padding", [1, 3])
def test_reflection_padding_equals_that_of_numpy(padding, rng):
    x = rng.random((2, 4, 5, 3)).astype("float32")
    layer = ReflectionPadding2D(padding)
    found = ops.convert_to_numpy(layer(x))
    np.testing.assert_array_equal(found, np.pad(x, ((0, 0), *((padding, padding),) * 2, (0, 0)), "reflect"))
    assert layer.compute_output_shape((None, 4, 5, 3)) == (None, *found.shape[1:])


@pytest.mark.parametrize("padding", [0, 4])
def test_reflection_padding_that_the_map_cannot_fill_raises(padding):
    with pytest.raises(UserError, match="Expected padding from 1 to 3"):
        ReflectionPadding2D(padding)(keras.Input((4, 5, 3)))
