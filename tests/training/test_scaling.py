"""Bytes as floats."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.training.scaling import as_floats, tensor_as_floats


def test_as_floats_of_bytes_divides_by_scale():
    x = np.array([0, 51, 255], "uint8")
    np.testing.assert_allclose(as_floats(x), [0, 0.2, 1], rtol=1e-6)
    np.testing.assert_array_equal(as_floats(x, scale=1), x)
    assert as_floats(x).dtype == np.float32


def test_as_floats_of_floats_returns_them_unchanged():
    x = np.array([0.5, 200.0])
    assert as_floats(x) is x


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_tensor_as_floats_equals_as_floats(dtype):
    x = np.array([[0, 1], [51, 255]], dtype)
    tensor = tensor_as_floats(ops.convert_to_tensor(x))
    assert keras.backend.standardize_dtype(tensor.dtype) == "float32"
    np.testing.assert_allclose(ops.convert_to_numpy(tensor), as_floats(x), rtol=1e-6)
