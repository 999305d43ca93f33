"""The checkerboard metric for images whose pattern is known."""

import numpy as np
import pytest

from kvae.capabilities import DECODER
from kvae.evaluation import NotApplicable
from kvae.evaluation.checkerboard import checkerboard
from kvae.training import Batches


class Reconstructs:
    """A model whose reconstruction of x is `function(x)`."""

    capabilities = frozenset({DECODER})

    def __init__(self, function):
        self.reconstruct = function


@pytest.fixture
def noise(rng):
    return rng.random((64, 32, 32, 3)).astype("float32")


def test_checkerboard_of_originals_is_one(noise):
    values = checkerboard(Reconstructs(lambda x: x), Batches(noise))
    assert values["checkerboard"] == 1
    assert values["checkerboard_peak_real"] == pytest.approx(1, abs=0.1)  # the spectrum of white noise is flat


def test_checkerboard_alternating_pattern_grows_with_its_energy(noise):
    alternating = np.where(np.arange(32) % 2, 1.0, -1.0)[:, None, None].astype("float32")
    weak, strong = (
        checkerboard(Reconstructs(lambda x, a=a: x + a * alternating), Batches(noise, batch_size=20))["checkerboard"]
        for a in (0.1, 0.2)
    )
    assert weak > 1.5
    assert (strong - 1) / (weak - 1) == pytest.approx(4, rel=0.15)


def test_checkerboard_of_blurred_images_is_low(noise):
    def blur(x):
        return (x + np.roll(x, 1, axis=1) + np.roll(x, 1, axis=2) + np.roll(np.roll(x, 1, axis=1), 1, axis=2)) / 4

    assert checkerboard(Reconstructs(blur), Batches(noise))["checkerboard"] < 0.1


@pytest.mark.parametrize("shape", [(4, 8, 8, 1), (4, 33, 32, 1), (4, 5)])
def test_checkerboard_unsuitable_shapes_are_not_applicable(shape):
    with pytest.raises(NotApplicable):
        checkerboard(Reconstructs(lambda x: x), Batches(np.zeros(shape, "float32")))
