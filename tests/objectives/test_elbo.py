"""The evidence lower bound and its terms, with answers by hand."""

import numpy as np
import pytest
from keras import ops

from kvae.objectives import free_bits_penalty, negative_elbo


def _tensor(values):
    return ops.convert_to_tensor(np.array(values, "float32"))


LOG_PX, RATE = [-1.0, -3.0], [2.0, 4.0]  # distortion 2, rate 3


@pytest.mark.parametrize(("options", "loss"), [({}, 5.0), ({"beta": 0.5}, 3.5), ({"beta": 0.5, "penalty": 7.0}, 5.5)])
def test_negative_elbo_weighs_the_rate_in_the_loss_only(options, loss):
    terms = negative_elbo(_tensor(LOG_PX), _tensor(RATE), **options)
    assert {name: float(value) for name, value in terms.items()} == {
        "loss": loss,
        "rate": 3.0,
        "distortion": 2.0,
        "elbo": -5.0,
    }


@pytest.mark.parametrize(("free_bits", "penalty"), [(0.0, 4.5), (1.0, 5.0), (4.0, 12.0)])
def test_free_bits_penalty_is_at_least_lambda_for_each_unit(free_bits, penalty):
    rates = _tensor([[0.0, 1.0, 2.0], [1.0, 1.0, 4.0]])  # means over the batch: 0.5, 1, 3
    assert float(free_bits_penalty(rates, free_bits)) == penalty


def test_free_bits_penalty_of_spatial_codes_equals_that_of_vectors(rng):
    rates = rng.random((5, 2, 2, 3)).astype("float32")
    spatial, vector = (free_bits_penalty(_tensor(r), 0.5) for r in (rates, rates.reshape(5, 12)))
    assert float(spatial) == pytest.approx(float(vector), rel=1e-6)
