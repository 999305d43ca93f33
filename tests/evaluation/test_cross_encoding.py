"""Cross-encoding by encoders whose difference is known."""

import numpy as np
import pytest

from kvae.evaluation import NotApplicable
from kvae.evaluation.cross_encoding import cross_encoding
from kvae.training.batches import Batches
from tests.evaluation.known_models import NAMES, Copies, Shifts, SpatialShifts


@pytest.fixture
def batches(rng):
    y = np.arange(90) % 3
    return Batches(rng.standard_normal((90, 2)).astype("float32"), y, batch_size=40, names=NAMES)


def test_cross_encoding_equal_encoders_share_the_space(batches):
    values = cross_encoding(Shifts([0.0, 0.0]), batches)
    assert values["cross_encoding.relative_shift"] == pytest.approx(0, abs=1e-6)
    chance = values["cross_encoding.chance"]
    assert values["cross_encoding.encoder_identifiability"] == pytest.approx(chance, abs=0.05)
    assert values["cross_encoding.error.monet"] == values["cross_encoding.error.renoir"] == [0, 0, 0]


def test_cross_encoding_distant_encoders_are_identified(batches):
    """|x − x̂| is e · (0 + 60) / 2 per dimension through encoder e = 0, 1, 2."""
    values = cross_encoding(Shifts([0.0, 60.0]), batches)
    assert values["cross_encoding.encoder_identifiability"] == 1
    assert values["cross_encoding.relative_shift"] > 10
    for name in NAMES:
        np.testing.assert_allclose(values[f"cross_encoding.error.{name}"], [0, 30, 60], atol=1e-4)
    assert values["cross_encoding.own"] == pytest.approx(30, rel=1e-4)
    assert values["cross_encoding.other"] == pytest.approx(30, rel=1e-4)
    assert values["cross_encoding.best_is_own"] == pytest.approx(1 / 3)


def test_cross_encoding_independent_codes_have_relative_shift_one(batches, rng):
    """Each encoder draws its codes from one N(0, 1), so that two encoders differ as much as two examples."""

    class Noise(Shifts):
        def encode_each(self, x):
            return rng.standard_normal((len(x), 3, 2)).astype("float32")

    values = cross_encoding(Noise([0, 0]), batches)
    assert values["cross_encoding.relative_shift"] == pytest.approx(1, abs=0.1)
    assert values["cross_encoding.encoder_identifiability"] < 0.5


def test_cross_encoding_spatial_codes_equal_vectors(batches):
    assert cross_encoding(SpatialShifts([0.0, 1.0]), batches) == cross_encoding(Shifts([0.0, 1.0]), batches)


def test_cross_encoding_one_encoder_gives_reason(batches):
    with pytest.raises(NotApplicable, match="Copies has one encoder"):
        cross_encoding(Copies(), batches)
