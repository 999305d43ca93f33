"""Checks of labels and base rates, and one label for all examples."""

import numpy as np
import pytest

from kvae.distributions import BinaryLabels, ClassLabels
from kvae.errors import UserError


@pytest.mark.parametrize(
    ("kind", "y"),
    [
        (BinaryLabels(1), [0, 1]),
        (BinaryLabels(2), [[0, 1], [1, 1]]),
        (BinaryLabels(2), [[True, False]]),
        (BinaryLabels(1), [0.0, 1.0]),
        (ClassLabels(3), [0, 2, 1]),
        (ClassLabels(3), [0.0, 2.0]),
    ],
    ids=str,
)
def test_label_check_accepts_valid_labels(kind, y):
    kind.check(np.array(y))


@pytest.mark.parametrize(
    ("kind", "y", "message"),
    [
        (
            BinaryLabels(1),
            [-1, 1, 1],
            r"labels 0 and 1. Received: y with -1. \(y \+ 1\) / 2 turns −1 and \+1 into them",
        ),
        (BinaryLabels(2), [[1, -1], [1, 1]], r"Received: y with -1. \(y \+ 1\) / 2"),
        (BinaryLabels(1), [0, 1, 2], r"labels 0 and 1. Received: y with 2. Use 0 and 1"),
        (BinaryLabels(1), [0, 0.5], r"labels 0 and 1. Received: y with 0.5. Use 0 and 1"),
        (BinaryLabels(1), [0, np.nan], r"labels 0 and 1. Received: y with nan"),
        (BinaryLabels(2), [0, 1], r"y of shape \(N, 2\). Received: y.shape=\(2,\)"),
        (BinaryLabels(2), [[0, 1, 1]], r"y of shape \(N, 2\). Received: y.shape=\(1, 3\)"),
        (BinaryLabels(1), [[0, 1]], r"y of shape \(N, 1\). Received: y.shape=\(1, 2\)"),
        (ClassLabels(3), [0, 3], r"classes 0 to 2. Received: y with 3"),
        (ClassLabels(3), [-1, 2], r"classes 0 to 2. Received: y with -1"),
        (ClassLabels(3), [0, 0.5], r"Expected classes 0 to 2. Received: y with 0.5"),
        (ClassLabels(3), [0, np.nan], r"Expected classes 0 to 2"),
        (ClassLabels(3), [[0, 1, 0]], r"y of shape \(N,\), one class per example. Received: y.shape=\(1, 3\)"),
    ],
    ids=str,
)
def test_label_check_refuses_invalid_labels(kind, y, message):
    with pytest.raises(UserError, match=message):
        kind.check(np.array(y))


def test_label_check_names_the_given_array():
    with pytest.raises(UserError, match=r"Received: new_y with -1. \(new_y \+ 1\) / 2"):
        BinaryLabels(1).check(np.array([-1]), "new_y")
    with pytest.raises(UserError, match="Received: new_y with 9"):
        ClassLabels(3).check(np.array([9]), "new_y")


@pytest.mark.parametrize(
    ("kind", "one", "expected"),
    [
        (BinaryLabels(1), 1, [1, 1, 1]),
        (BinaryLabels(1), [1], [1, 1, 1]),
        (BinaryLabels(2), [0, 1], [[0, 1]] * 3),
        (BinaryLabels(2), [[0, 1]], [[0, 1]] * 3),
        (ClassLabels(3), 2, [2, 2, 2]),
        (ClassLabels(3), [2], [2, 2, 2]),
    ],
    ids=str,
)
def test_label_spread_repeats_a_single_label(kind, one, expected):
    np.testing.assert_array_equal(kind.spread(one, 3), expected)


@pytest.mark.parametrize(
    ("kind", "y"),
    [
        (BinaryLabels(1), [1, 0, 1]),
        (BinaryLabels(1), [[1], [0], [1]]),
        (BinaryLabels(2), [[0, 1], [1, 1], [0, 0]]),
        (ClassLabels(3), [2, 0, 1]),
    ],
    ids=str,
)
def test_label_spread_of_n_labels_returns_them(kind, y):
    np.testing.assert_array_equal(kind.spread(y, 3), y)


@pytest.mark.parametrize(
    ("kind", "y"), [(BinaryLabels(1), [1, 0]), (BinaryLabels(2), [[0, 1]] * 2), (ClassLabels(3), [2, 0])], ids=str
)
def test_label_spread_of_another_number_is_refused(kind, y):
    for n in (1, 3):
        with pytest.raises(UserError, match=f"Expected {n} labels, or one for all. Received: 2"):
            kind.spread(y, n)


@pytest.mark.parametrize("kind", [BinaryLabels(1), ClassLabels(3)], ids=repr)
def test_label_spread_checks_the_label(kind):
    with pytest.raises(UserError, match="Received: y"):
        kind.spread(-1, 3)


@pytest.mark.parametrize("kind", [BinaryLabels(1), ClassLabels(3)])
@pytest.mark.parametrize("y", [["a", "b"], [None, None]], ids=str)
def test_label_check_refuses_labels_that_are_no_numbers(kind, y):
    with pytest.raises(UserError):
        kind.check(np.array(y))


def test_check_base_rate_of_classes_that_does_not_sum_to_one_is_refused():
    ClassLabels(3).check_base_rate([0.2, 0.3, 0.5])
    with pytest.raises(UserError, match=r"3 probabilities that sum to 1.*base_rate=\[0\.2, 0\.3, 0\.4\]"):
        ClassLabels(3).check_base_rate([0.2, 0.3, 0.4])
