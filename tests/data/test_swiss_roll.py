"""The labelled swiss roll."""

import numpy as np
import pytest

from kvae import data
from kvae.errors import UserError
from tests.data.dataset_splits import counts


def test_swiss_roll_is_standardised_by_its_training_points():
    roll = data.load("swiss_roll", n=2_000)
    assert roll.support == "real"
    assert roll.train.x.dtype == np.float32
    np.testing.assert_allclose(roll.train.x.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(roll.train.x.std(0), 1, atol=1e-6)
    mean, deviation = roll.train.columns["raw"].mean(0), roll.train.columns["raw"].std(0)
    np.testing.assert_allclose(roll.test.x * deviation + mean, roll.test.columns["raw"], atol=1e-4)
    assert counts(roll) == (2_000, 2_000, 2_000)


def test_swiss_roll_raw_points_lie_on_the_spiral():
    roll = data.load("swiss_roll", n=500).test.columns
    t = roll["position"]
    np.testing.assert_allclose(roll["raw"][:, 0], t * np.cos(t), atol=1e-4)
    np.testing.assert_allclose(roll["raw"][:, 2], t * np.sin(t), atol=1e-4)


@pytest.mark.parametrize(("label", "coordinate", "share"), [("first", 0, 0.14), ("height", 1, 0.52)])
def test_swiss_roll_label_is_a_threshold_of_a_coordinate(label, coordinate, share):
    roll = data.load("swiss_roll", label=label)
    np.testing.assert_array_equal(roll.train.y, roll.train.columns["raw"][:, coordinate] >= 10)
    assert roll.train.y.mean() == pytest.approx(share, abs=0.015)


def test_swiss_roll_fingerprint_depends_on_every_setting():
    roll = data.load("swiss_roll", n=100)
    assert not np.array_equal(roll.train.x, roll.test.x)
    others = [{"seed": 1}, {"label": "height"}, {"noise": 0.1}]
    prints = {data.load("swiss_roll", n=100, **other).fingerprint for other in others}
    assert len(prints | {roll.fingerprint}) == 4
    assert data.load("swiss_roll", n=100).fingerprint == roll.fingerprint


@pytest.mark.parametrize(
    "option", [{"n": 0}, {"n": 10**12}, {"noise": -1.0}, {"noise": float("nan")}, {"label": "last"}]
)
def test_swiss_roll_with_an_invalid_option_is_refused(option):
    with pytest.raises(UserError, match=next(iter(option))):
        data.load("swiss_roll", **option)
