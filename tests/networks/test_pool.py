"""The pool of generated images."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.errors import UserError
from kvae.networks import ImagePool


def _numbered(*numbers):
    """Return images of 2×2 pixels whose values are these numbers."""
    return np.array(numbers, "float32")[:, None, None, None] * np.ones((1, 2, 2, 1), "float32")


def _exchanged(pool, images, seed):
    return ops.convert_to_numpy(pool.exchange(ops.convert_to_tensor(images), seed))


def _stored(pool):
    return ops.convert_to_numpy(pool.images)[:, 0, 0, 0].tolist()


def test_pool_that_is_not_full_stores_and_returns_each_image():
    pool, seed = ImagePool(4, (2, 2, 1)), keras.random.SeedGenerator(0)
    for numbers in ((1, 2, 3), (4, 5)):
        np.testing.assert_array_equal(_exchanged(pool, _numbered(*numbers), seed), _numbered(*numbers))
    assert _stored(pool) == [5, 2, 3, 4]
    assert int(pool.count) == 4


def test_full_pool_returns_half_of_the_images_and_stores_those_that_it_does_not_return():
    pool, seed = ImagePool(4, (2, 2, 1)), keras.random.SeedGenerator(0)
    _exchanged(pool, _numbered(1, 2, 3, 4), seed)
    new = 0
    for first in range(5, 205, 2):
        before, images = _stored(pool), _numbered(first, first + 1)
        returned = _exchanged(pool, images, seed)[:, 0, 0, 0].tolist()
        new += len({first, first + 1} & set(returned))
        assert sorted([*before, first, first + 1]) == sorted([*_stored(pool), *returned])
    assert 80 < new < 120


def test_pool_has_variables_that_are_no_weights():
    pool = ImagePool(4, (2, 2, 1))
    assert pool.weights == []
    assert len(pool.variables) == 2
    assert not pool.trainable_variables


@pytest.mark.parametrize("size", [0, 1.5, 201])
def test_pool_of_unsupported_size_raises(size):
    with pytest.raises(UserError, match="pool_size"):
        ImagePool(size, (2, 2, 1))
