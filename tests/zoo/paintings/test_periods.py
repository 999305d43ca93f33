"""Classes of paintings by painter and period."""

import dataclasses

import numpy as np
import pytest

from kvae.errors import UserError
from kvae.zoo.paintings._periods import by_period
from tests.zoo.small import random_dataset


def test_by_period_makes_a_class_of_each_painter_and_period():
    dataset = random_dataset(
        "paintings/classifier"
    )  # two painters in turn; years 1865, 1872, …, 1900, and two without a year
    one = dataset.train[[0, 5]]
    found = by_period(dataclasses.replace(dataset, train=dataset.train[:4], validation=one, test=dataset.test[6:]))
    assert found.label_names == ("one, to 1869", "one, 1870–1879", "two, 1870–1879", "two, 1880–1889")
    np.testing.assert_array_equal(found.train.y, [0, 2, 1, 3])
    np.testing.assert_array_equal(found.validation.y, [0])  # no training painting is by two from 1900
    assert found.test is None
    assert found.fingerprint != dataset.fingerprint
    with pytest.raises(UserError, match="with a year"):
        by_period(dataclasses.replace(dataset, train=dataset.train[6:]))
