"""Random mirroring and cropping of images."""

import numpy as np
import pytest

from kvae.data import Jitter
from kvae.errors import UserError


def images(*shape):
    return np.random.default_rng(1).random(shape, "float32")


def test_jitter_without_a_crop_mirrors_half_of_the_images():
    x = images(400, 3, 4, 1)
    jittered = Jitter(share=1)(x, np.random.default_rng(0))
    same, mirrored = ((jittered == each).all((1, 2, 3)) for each in (x, x[:, :, ::-1]))
    assert (same ^ mirrored).all()
    assert 150 < mirrored.sum() < 250
    np.testing.assert_array_equal(Jitter(share=1, mirror=False)(x, np.random.default_rng(0)), x)


def test_jitter_enlarges_a_part_of_the_image():
    ramp = np.broadcast_to(np.linspace(0, 1, 64, dtype="float32")[:, None, None], (200, 64, 64, 1))
    jittered = Jitter(share=0.5)(ramp, np.random.default_rng(0))
    assert jittered.dtype == np.float32
    np.testing.assert_allclose(jittered, np.repeat(jittered[:, :, :1], 64, axis=2), atol=1e-6)  # it is vertical
    column = jittered[:, :, 0, 0]
    steps = np.diff(column[:, 1:-1])  # of half the size, but for clipped edges
    np.testing.assert_allclose(steps, 0.5 / 63, atol=1e-5)
    assert column.min() < 0.02
    assert column.max() > 0.98
    assert column[:, 0].std() == pytest.approx(0.5 / np.sqrt(12), rel=0.2)  # parts begin anywhere in the first half


def test_jitter_keeps_values_within_their_range():
    x = np.stack([np.zeros((9, 9, 3), "float32"), np.ones((9, 9, 3), "float32")] * 50)
    np.testing.assert_array_equal(Jitter()(x, np.random.default_rng(0)), x)
    jittered = Jitter()(images(50, 9, 9, 3), np.random.default_rng(0))
    assert 0 <= jittered.min() < jittered.max() <= 1


def test_jitter_treats_the_images_of_a_pair_alike():
    x = images(20, 16, 16, 3)
    pair = [Jitter()(each, np.random.default_rng(5)) for each in (x, x[..., :1])]
    np.testing.assert_array_equal(pair[0][..., :1], pair[1])
    assert (pair[0] != x).any((1, 2, 3)).all()


def test_jitter_of_images_that_are_not_square_keeps_their_shape():
    for shape in ((2, 6, 10, 3), (2, 1, 5, 1)):
        assert Jitter()(images(*shape), np.random.default_rng(0)).shape == shape


@pytest.mark.parametrize("share", [0, -1, 1.01])
def test_jitter_with_a_share_outside_of_the_image_is_refused(share):
    with pytest.raises(UserError, match="share of the height and width"):
        Jitter(share)
