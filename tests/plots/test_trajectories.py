"""Trajectories through codes that are linear in the year."""

import numpy as np
import pytest

from kvae.plots.trajectories import Trajectories
from tests.evaluation.known_models import Copies, SpatialCopies, dated


def test_trajectories_follow_the_years(rng):
    """Up to noise, z_1 = (year − 1880) / 3 and z_2 does not depend on the year."""
    trajectories = Trajectories(Copies(), dated(rng, 50), dated(rng, 4000, noise=0.01))
    assert set(trajectories.classes.values()) == {"monet", "manet"}
    times, codes = trajectories.of(0)
    np.testing.assert_allclose(codes[:, 1], 0, atol=0.25)
    assert (np.diff(codes[:, 0]) > 0).all()
    assert codes[len(codes) // 2, 0] == pytest.approx((times[len(codes) // 2] - 1880) / 3, abs=0.2)
    assert np.isfinite(trajectories.at(0, np.array([1500.0, 2500.0]))).all()


def test_trajectories_spatial_codes_are_decoded_in_their_shape(rng):
    held_out, training = dated(rng, 50), dated(rng, 200)
    vector, spatial = (Trajectories(model(), held_out, training) for model in (Copies, SpatialCopies))
    np.testing.assert_array_equal(vector.of(0)[1], spatial.of(0)[1])
    np.testing.assert_array_equal(spatial._decode(spatial.of(0)[1], 0), vector.of(0)[1])


def test_trajectories_save_writes_a_file(rng, tmp_path):
    Trajectories(Copies(), dated(rng, 50), dated(rng, 200)).save(tmp_path / "trajectory.png", 0)
    assert (tmp_path / "trajectory.png").stat().st_size > 1000
