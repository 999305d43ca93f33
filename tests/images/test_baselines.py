"""Simple changes of images."""

import numpy as np
import pytest

from kvae.images.baselines import blurred, recoloured


def _moments(image):
    pixels = image.reshape(-1, 3)
    return pixels.mean(axis=0), np.cov(pixels.T, bias=True)


def test_recoloured_image_has_the_colors_of_the_others(rng):
    mix = np.array([[0.05, 0.02, 0.0], [0.0, 0.04, 0.02], [0.01, 0.0, 0.05]])
    x, of = (
        0.5 + 0.1 * rng.standard_normal((2, 3, 16, 12, 3)) @ np.diag([0.5, 1, 1]),
        0.4 + rng.standard_normal((5, 8, 8, 3)) @ mix,
    )
    for image in recoloured(x[0], of):
        for found, expected in zip(_moments(image), _moments(of), strict=True):
            np.testing.assert_allclose(found, expected, atol=1e-5)


def test_recoloured_image_with_the_same_colors_does_not_change(rng):
    x = rng.uniform(0.2, 0.8, (1, 16, 16, 3))
    np.testing.assert_allclose(recoloured(x, x), x, atol=1e-6)


def test_recoloured_grey_image_of_one_value_is_finite(rng):
    image = recoloured(np.full((1, 4, 4, 1), 0.5), rng.uniform(0, 1, (2, 4, 4, 1)))
    assert np.isfinite(image).all()
    assert np.ptp(image) < 1e-6


def test_blurred_image_keeps_its_mean_and_loses_its_edges(rng):
    x = rng.uniform(0, 1, (2, 64, 64, 3))
    found = blurred(x)
    assert found.mean() == pytest.approx(x.mean(), abs=2e-3)
    assert found.std() < 0.5 * x.std()
    np.testing.assert_allclose(blurred(np.full((1, 64, 64, 1), 0.3)), 0.3, atol=1e-7)
