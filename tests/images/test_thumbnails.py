"""Small images."""

import numpy as np
import pytest

from kvae.images.thumbnails import SIDE, reduced, thumbnails


def test_thumbnail_holds_means_of_parts(rng):
    small = rng.uniform(0, 1, (2, SIDE, SIDE, 3))
    large = small.repeat(4, axis=1).repeat(3, axis=2) + np.tile(
        [[[[-0.1]], [[0.1]], [[0.2]], [[-0.2]]]], (1, SIDE, 1, 1)
    ).reshape(1, -1, 1, 1)
    np.testing.assert_allclose(thumbnails(large), thumbnails(small), atol=1e-9)


@pytest.mark.parametrize("shape", [(3, 21, 50, 1), (3, 7, 90, 3)])
def test_thumbnail_of_any_size_ignores_brightness_and_contrast(rng, shape):
    x = rng.uniform(0, 1, shape)
    found = thumbnails(x)
    assert found.shape == (3, min(SIDE, shape[1]) ** 2 * shape[3])
    np.testing.assert_allclose(found, thumbnails(0.3 * x + 0.5), atol=1e-9)
    np.testing.assert_allclose(found.std(axis=1), 1)


def test_thumbnail_of_one_value_is_zero():
    assert not thumbnails(np.full((1, 32, 32, 3), 0.4, "float32")).any()


def test_reduced_images_hold_means_of_blocks(rng):
    x = rng.uniform(0, 1, (2, 8, 6, 3)).astype("float32")
    found = reduced(x.repeat(3, axis=1).repeat(3, axis=2), (8, 6, 3))
    np.testing.assert_allclose(found, x, rtol=1e-6)
    for shape in ((5, 6, 3), (16, 12, 3), (4, 6, 3)):
        assert reduced(x, shape) is x
