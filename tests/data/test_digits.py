"""Scikit-learn's handwritten digits."""

import numpy as np

from kvae import data
from tests.data.dataset_splits import counts, splits


def test_digits_hold_each_digit_in_one_split_as_bytes():
    dataset = data.load("digits")
    assert counts(dataset) == (1437, 180, 180)
    assert dataset.shape == (8, 8, 1)
    assert dataset.train.x.dtype == np.uint8
    assert (dataset.train.x.min(), dataset.train.x.max()) == (0, 255)
    from sklearn.datasets import load_digits

    loaded = np.concatenate([s.x for s in splits(dataset)])
    levels = np.rint(loaded[..., 0] / 255 * 16).reshape(-1, 64)
    assert sorted(map(tuple, levels)) == sorted(map(tuple, load_digits().data))


def test_digits_with_another_seed_are_the_same():
    first, second = data.load("digits", seed=1), data.load("digits", seed=2)
    assert first.fingerprint == second.fingerprint
    np.testing.assert_array_equal(first.train.x, second.train.x)
