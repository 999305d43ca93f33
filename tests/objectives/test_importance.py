"""Bounds from weighted samples, with weights whose means are known."""

import math

import numpy as np
import pytest
from keras import ops

from kvae.objectives import importance_bound, log_mean_weight, sampled_negative_elbo

PX, RATIO = [[1.0, 2.0], [1.0, 2.0]], [[1.0, 1.0], [3.0, 3.0]]  # weights [1, 3] and [2, 6], whose means are 2 and 4


def _log(values):
    return ops.convert_to_tensor(np.log(np.array(values, "float32")))


def test_log_mean_weight_is_the_log_of_the_mean():
    found = ops.convert_to_numpy(log_mean_weight(_log(PX) + _log(RATIO)))
    np.testing.assert_allclose(found, [math.log(2), math.log(4)], rtol=1e-6)


def test_log_mean_weight_of_tiny_weights_is_finite():
    log_w = ops.convert_to_tensor(np.full((3, 1), -1e4, "float32"))
    assert float(log_mean_weight(log_w)[0]) == pytest.approx(-1e4)


def test_sampled_negative_elbo_averages_over_samples_and_batch():
    terms = sampled_negative_elbo(_log(PX), _log(RATIO))
    rate, distortion = -math.log(3) / 2, -math.log(2) / 2
    expected = {"loss": distortion + rate, "rate": rate, "distortion": distortion, "elbo": -distortion - rate}
    assert {name: float(value) for name, value in terms.items()} == pytest.approx(expected, rel=1e-6)


def test_importance_bound_lies_above_the_elbo_of_the_same_samples():
    terms = importance_bound(_log(PX), _log(RATIO))
    elbo = sampled_negative_elbo(_log(PX), _log(RATIO))["elbo"]
    assert float(terms["loss"]) == pytest.approx(-(math.log(2) + math.log(4)) / 2, rel=1e-6)
    assert float(terms["elbo"]) == float(elbo) < -float(terms["loss"])


def test_importance_bound_of_one_sample_is_the_elbo():
    terms = importance_bound(_log(PX[:1]), _log(RATIO[1:]))
    assert float(terms["loss"]) == pytest.approx(-float(terms["elbo"]), rel=1e-6)
