"""Distances between sets of features and measures of their overlap, for sets whose values are known."""

import importlib.util

import numpy as np
import pytest

from kvae.evaluation.feature_sets import (
    BLOCK,
    Normal,
    density_coverage,
    frechet_distance,
    kernel_distance,
    kernel_subsets,
    limit_of_frechet_distance,
    nearest_distances,
    precision_recall,
    resampled_kernel_distances,
    share_found,
)

DISJOINT = (np.arange(8.0)[:, None], 100 + np.arange(8.0)[:, None])
LINE = (np.array([[0.0], [1.0], [3.0], [6.0]]), np.array([[0.5], [2.0], [20.0], [21.0]]))
"""Features of real and of generated images on a line. With k = 1 the radii are 1, 1, 2, 3 and 1.5, 1.5, 1, 1."""


def _with_moments(rng, n, mean, covariance):
    """Return `n` points with exactly this mean and covariance."""
    x = rng.standard_normal((n, len(mean)))
    x = (x - x.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(x.T)).T)
    return x @ np.linalg.cholesky(np.asarray(covariance)).T + mean


def test_frechet_distance_of_two_normals_is_the_closed_form(rng):
    """For S_y = 4 S_x the distance is |μ_x − μ_y|² + tr S_x, whatever the correlations of S_x."""
    covariance = np.array([[2.0, 0.6, 0.0], [0.6, 1.0, -0.3], [0.0, -0.3, 0.5]])
    x, y = _with_moments(rng, 50, [0, 0, 0], covariance), _with_moments(rng, 6000, [1, 2, 0], 4 * covariance)
    assert frechet_distance(x, y) == pytest.approx(5 + 3.5, rel=1e-10)
    x, y = _with_moments(rng, 20, [0, 0], np.diag([1, 4])), _with_moments(rng, 30, [0, 0], np.diag([9, 16]))
    assert frechet_distance(x, y) == pytest.approx((1 - 3) ** 2 + (2 - 4) ** 2, rel=1e-10)


def test_frechet_distance_agrees_with_the_matrix_square_root(rng):
    from scipy.linalg import sqrtm

    x, y = rng.standard_normal((60, 8)) @ rng.standard_normal((8, 8)), rng.standard_normal((80, 8)) + 0.3
    product = np.trace(sqrtm(np.cov(x.T) @ np.cov(y.T)).real)
    expected = np.sum((x.mean(0) - y.mean(0)) ** 2) + np.trace(np.cov(x.T)) + np.trace(np.cov(y.T)) - 2 * product
    assert frechet_distance(x, y) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("n", [10, 200])
def test_frechet_distance_of_equal_sets_is_zero_also_with_few_images_and_constant_units(rng, n):
    x = 100 * rng.standard_normal((n, 40))
    x[:, :5] = 3.0
    assert abs(frechet_distance(x, x)) < 1e-8
    assert abs(frechet_distance(x, x[::-1].astype("float32").astype("float64"))) < 1e-3


def test_limit_of_frechet_distance_recovers_the_distance_of_the_distributions(rng):
    """The features are N(0, 1) and N(0.1, 1) in 32 units, whose distance is 0.32. Few images raise it by half or more."""
    real = Normal.of(_with_moments(rng, 200, np.zeros(32), np.eye(32)))
    generated = [rng.standard_normal((1000, 32)) + 0.1 for _ in range(5)]
    biased = np.mean([real.distance(Normal.of(x)) for x in generated])
    limit = np.mean([limit_of_frechet_distance(real, x, seed=0) for x in generated])
    assert biased > 0.56
    assert limit == pytest.approx(0.32, abs=0.05)
    assert limit_of_frechet_distance(real, generated[0], 3) == limit_of_frechet_distance(real, generated[0], 3)


def test_kernel_distance_of_a_small_case_is_the_one_computed_by_hand():
    """With one unit the kernel is (xy + 1)³."""
    x, y = np.array([[0.0], [1.0], [2.0]]), np.array([[1.0], [-1.0], [3.0]])
    within_x = (1 + 1 + 27) / 3
    within_y = (0 + 64 - 8) / 3
    between = ((1 + 1 + 1) + (8 + 0 + 64) + (27 - 1 + 343)) / 9
    assert kernel_distance(x, y)[0] == pytest.approx(within_x + within_y - 2 * between)


def test_kernel_distance_of_parts_of_one_set_is_zero_on_average(rng):
    """Its mean over 200 splits is 0 within three standard errors, so the estimate is unbiased and often negative."""
    values, errors = [], []
    for _ in range(200):
        x = rng.standard_normal((60, 4))
        value, error = kernel_distance(x[:25], x[25:])
        values.append(value)
        errors.append(error)
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(200)
    assert min(values) < 0 < max(values)
    assert 1 <= np.sqrt(np.mean(np.square(errors))) / np.std(values) < 1.6


def test_kernel_distance_error_is_the_deviation_of_repeated_measurements(rng):
    measured = [kernel_distance(rng.standard_normal((80, 3)), rng.standard_normal((60, 3)) + 0.7) for _ in range(200)]
    values, errors = np.array(measured).T
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(np.std(values), rel=0.2)


def test_kernel_subsets_repeat_and_agree_with_the_distance_of_all_images(rng):
    x, y = rng.standard_normal((300, 3)), rng.standard_normal((200, 3)) + 0.5
    subsets = kernel_subsets(x, y, 100, 50, seed=1)
    assert subsets.shape == (50,)
    assert np.array_equal(subsets, kernel_subsets(x, y, 100, 50, seed=1))
    assert subsets.mean() == pytest.approx(kernel_distance(x, y)[0], abs=4 * subsets.std() / np.sqrt(50))


def test_precision_recall_density_coverage_of_a_small_case_are_those_counted_by_hand():
    real, generated = LINE
    # 0.5 lies within the radii of 0 and 1, and 2 within those of 1 and 3; 20 and 21 lie within none
    assert precision_recall(real, generated, 1) == (2 / 4, 3 / 4)  # 6 lies within no radius of a generated image
    assert density_coverage(real, generated, 1) == (4 / 4, 3 / 4)  # the ball of 6 reaches from 3 to 9 and is empty


def test_nearest_distances_are_those_of_all_pairs(rng):
    x, y = rng.standard_normal((2 * BLOCK + 5, 3)), rng.standard_normal((BLOCK + 1, 3))
    rows = [0, BLOCK - 1, BLOCK]
    expected = [np.linalg.norm(x - y[row], axis=1).min() for row in rows]
    np.testing.assert_allclose(nearest_distances(x, y)[rows], expected, rtol=1e-12)


@pytest.mark.parametrize("k", [1, 3])
def test_precision_recall_density_coverage_of_disjoint_sets_are_zero(k):
    assert precision_recall(*DISJOINT, k) == (0, 0)
    assert density_coverage(*DISJOINT, k) == (0, 0)


def test_precision_recall_density_coverage_of_equal_sets_are_one(rng):
    x = rng.standard_normal((2100, 6))  # more than a block
    assert precision_recall(x, x, 5) == (1, 1)
    density, coverage = density_coverage(x, x, 5)
    assert coverage == 1
    assert density == pytest.approx(6 / 5)  # each ball holds its centre and five neighbours


def test_density_and_coverage_of_one_distribution_have_their_known_means(rng):
    """The mean density is 1, and the mean coverage 1 − Π (N − i)/(2N − i), i = 1 … k (Naeem et al. 2020)."""
    found = [density_coverage(rng.random((200, 4)), rng.random((200, 4)), 5) for _ in range(20)]
    density, coverage = np.mean(found, axis=0)
    assert density == pytest.approx(1, abs=0.03)
    assert coverage == pytest.approx(1 - np.prod([(200 - i) / (400 - i) for i in range(1, 6)]), abs=0.01)


@pytest.mark.skipif(importlib.util.find_spec("torch_fidelity") is None, reason="torch-fidelity is not installed")
def test_distances_equal_those_of_torch_fidelity(rng):
    import torch
    from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
    from torch_fidelity.metric_kid import kid_features_to_metric
    from torch_fidelity.metric_prc import prc_features_to_metric

    x, y = rng.standard_normal((150, 16)), rng.standard_normal((150, 16)) * 1.1 + 0.3
    tensors, quiet = (torch.tensor(x), torch.tensor(y)), {"verbose": False}
    fid = fid_statistics_to_metric(*map(fid_features_to_statistics, tensors), **quiet)
    assert frechet_distance(x, y) == pytest.approx(fid["frechet_inception_distance"], rel=1e-6)
    kid = kid_features_to_metric(*tensors, kid_subsets=1, kid_subset_size=150, **quiet)
    assert kernel_distance(x, y)[0] == pytest.approx(kid["kernel_inception_distance_mean"], rel=1e-6)
    prc = prc_features_to_metric(*tensors, prc_neighborhood=3, **quiet)
    assert precision_recall(y, x, 3) == pytest.approx((prc["precision"], prc["recall"]))


def test_resampled_kernel_distance_of_each_image_once_is_the_kernel_distance(rng):
    x, y = rng.standard_normal((BLOCK + 10, 3)), rng.standard_normal((20, 3)) + 0.5
    found = resampled_kernel_distances(x, y, np.ones((2, len(x))), np.ones((2, len(y))))
    np.testing.assert_allclose(found, kernel_distance(x, y)[0], rtol=1e-9)


def test_resampled_kernel_distance_is_that_of_drawn_images_without_pairs_of_copies(rng):
    x, y = rng.standard_normal((4, 2)), rng.standard_normal((5, 2))
    u, v = np.array([[2, 0, 1, 1]]), np.array([[1, 3, 0, 1, 0]])
    drawn = [np.repeat(np.arange(len(w[0])), w[0]) for w in (u, v)]

    def mean(a, b, i, j, own):
        values = [(a[p] @ b[q] / 2 + 1) ** 3 for p in i for q in j if not (own and p == q)]
        return np.mean(values)

    expected = (
        mean(x, x, drawn[0], drawn[0], True) + mean(y, y, drawn[1], drawn[1], True) - 2 * mean(x, y, *drawn, False)
    )
    assert resampled_kernel_distances(x, y, u, v)[0] == pytest.approx(expected, rel=1e-10)


def test_interval_of_resampled_kernel_distances_covers_zero_for_equal_distributions(rng):
    covered = 0
    for _ in range(40):
        x, y = rng.standard_normal((2, 30, 4))
        u, v = rng.multinomial(30, np.full(30, 1 / 30), (2, 200))
        low, high = np.quantile(resampled_kernel_distances(x, y, u, v), (0.025, 0.975))
        covered += low <= 0 <= high
    assert covered >= 32


def test_share_found_looks_among_candidates_in_order():
    sources = np.arange(7.0)[:, None]
    assert share_found(sources + 0.1, sources, 3) == 1
    assert share_found(sources[::-1], sources, 100) == pytest.approx(1 / 7)  # the middle one
    assert share_found(np.zeros((6, 1)), sources[:6], 3) == pytest.approx(1 / 3)  # the first of each three
