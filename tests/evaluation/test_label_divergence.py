"""Divergences with known values."""

import numpy as np
import pytest

from kvae.evaluation.label_divergence import divergence, knn_divergence
from kvae.training import Batches
from tests.evaluation.known_models import copying_vae


def test_knn_divergence_of_two_normals_equals_the_expected_estimate(rng):
    """KL(N(0, 1) ‖ N(2, 1)) = 2. With 1,000 points the expected estimate is about 1.85."""
    estimates = [knn_divergence(rng.standard_normal((1000, 1)), 2 + rng.standard_normal((1000, 1))) for _ in range(5)]
    assert np.mean(estimates) == pytest.approx(1.85, abs=0.15)


def test_knn_divergence_of_other_widths_and_sizes_equals_the_closed_form(rng):
    """KL(N(0, σ²) ‖ N(0, 1)) = d (σ² − 1 − 2 log σ) / 2, here with d = 2."""
    wide = rng.standard_normal((6000, 2))
    for scale, n in ((0.5, 4000), (0.8, 3000), (1.3, 3000)):
        exact = scale**2 - 1 - 2 * np.log(scale)
        assert knn_divergence(scale * rng.standard_normal((n, 2)), wide) == pytest.approx(exact, abs=0.08)


def test_knn_divergence_equal_distributions_is_zero(rng):
    assert abs(knn_divergence(rng.standard_normal((3000, 2)), rng.standard_normal((1000, 2)))) < 0.1


def test_knn_divergence_coinciding_points_are_left_out(rng):
    x = np.concatenate([np.zeros((50, 2)), rng.standard_normal((500, 2))])
    assert np.isfinite(knn_divergence(x, rng.standard_normal((500, 2))))


def test_divergence_of_codes_that_depend_on_the_label_is_that_of_two_normals(rng):
    """The means of two normals are √2 apart, so that the divergence is ½ (√2)² = 1."""
    y = rng.integers(0, 2, 4000)
    x = (rng.standard_normal((4000, 2)) + y[:, None]).astype("float32")
    values = divergence(copying_vae(), Batches(x, batch_size=300, labels=y))
    assert values["divergence.z"] == pytest.approx(1, abs=0.12)


def test_divergence_independent_codes_is_zero(rng):
    y = (rng.random((2000, 2)) < 0.3).astype(int)
    batches = Batches(rng.standard_normal((2000, 2)).astype("float32"), labels=y)
    assert abs(divergence(copying_vae(), batches)["divergence.z"]) < 0.1
