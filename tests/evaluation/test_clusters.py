"""Distances to clusters of codes."""

import numpy as np
import pytest

from kvae.evaluation.clusters import Clusters


def test_clusters_distances_are_in_units_of_the_common_spread(rng):
    z = rng.standard_normal((4000, 2)) * [10.0, 0.1]
    y = np.arange(4000) % 2
    z[:, 1] += 0.2 * y  # 2 standard deviations of the narrow unit, 0.02 of the wide one
    clusters = Clusters.of(z, y)
    distance = clusters.distances(clusters.mean)
    np.testing.assert_allclose(distance, [[0, 4], [4, 0]], atol=0.2)
    nearest, _ = clusters.classify(z)
    assert np.mean(nearest == y) == pytest.approx(0.841, abs=0.02)


def test_clusters_constant_unit_is_ignored(rng):
    z = np.concatenate([rng.standard_normal((200, 2)), np.full((200, 1), 3.0)], axis=1)
    y = np.arange(200) % 2
    z[:, 0] += 20 * y
    nearest, likeliest = Clusters.of(z, y).classify(z)
    assert (nearest == y).all()
    assert (likeliest == y).all()
    same = np.array([[0.0], [0.0], [1.0]])
    assert Clusters.of(same, np.array([4, 4, 7])).classify(np.array([[0.4]]))[0] == [4]
