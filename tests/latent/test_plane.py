"""The plane in which latent codes vary most."""

import numpy as np
import pytest

from kvae.latent.plane import Plane


def codes(rng, n=500):
    """Codes of shape (2, 3) whose values 4 and 1 have the largest standard deviations, 3 and 2."""
    z = 0.1 * rng.standard_normal((n, 6))
    z[:, 4] = 7 + 3 * rng.standard_normal(n)
    z[:, 1] = 2 * rng.standard_normal(n)
    return z.reshape(n, 2, 3)


def test_plane_directions_are_the_units_that_vary_most_one_standard_deviation_long(rng):
    z = codes(rng)
    plane = Plane.through(z)
    first, second = plane.directions.reshape(2, 6)
    np.testing.assert_allclose(first, np.eye(6)[4] * z[:, 1, 1].std(), atol=0.1)
    np.testing.assert_allclose(second, np.eye(6)[1] * z[:, 0, 1].std(), atol=0.1)
    np.testing.assert_allclose(plane.points[:, 0], (z[:, 1, 1] - z[:, 1, 1].mean()) / z[:, 1, 1].std(), atol=0.2)
    np.testing.assert_allclose(plane.points.std(axis=0), 1)


def test_plane_grid_goes_from_the_upper_left_to_the_lower_right(rng):
    z = codes(rng)
    plane = Plane.through(z)
    grid = plane.grid(3, 2.0).reshape(3, 3, 2, 3)  # rows, columns, code
    np.testing.assert_allclose(grid[1, 1], z.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(grid[0, 0] - grid[1, 1], 2 * (plane.directions[1] - plane.directions[0]), rtol=1e-4)
    np.testing.assert_allclose(grid[2, 2] - grid[1, 1], 2 * (plane.directions[0] - plane.directions[1]), rtol=1e-4)


@pytest.mark.parametrize("z", [np.arange(5.0)[:, None], np.ones((4, 3))])
def test_plane_of_single_numbers_and_of_equal_codes_is_finite(z):
    plane = Plane.through(z)
    assert np.isfinite(plane.grid(3, 3.0)).all()
    assert np.isfinite(plane.points).all()
    assert not plane.directions[1].any()
