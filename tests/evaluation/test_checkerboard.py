"""The checkerboard number of pictures whose checkerboard is known."""

import numpy as np
import pytest

from kvae.capabilities import DECODER
from kvae.evaluation.checkerboard import checkerboard
from kvae.evaluation.requirements import NotApplicable
from kvae.training import Batches


class Draws:
    """A model that reconstructs x as `drawn(x)`."""

    capabilities = frozenset({DECODER})

    def __init__(self, drawn):
        self.reconstruct = drawn


@pytest.fixture
def noise(rng):
    return rng.random((64, 32, 32, 3)).astype("float32")


def test_the_originals_have_one(noise):
    figures = checkerboard(Draws(lambda x: x), Batches(noise))
    assert figures["checkerboard"] == 1
    assert figures["checkerboard_peak_real"] == pytest.approx(1, abs=0.1)  # white noise favours no frequency


def test_an_alternating_pattern_raises_it_in_proportion_to_its_energy(noise):
    alternating = np.where(np.arange(32) % 2, 1.0, -1.0)[:, None, None].astype("float32")
    weak, strong = (
        checkerboard(Draws(lambda x, a=a: x + a * alternating), Batches(noise, batch_size=20))["checkerboard"]
        for a in (0.1, 0.2)
    )
    assert weak > 1.5
    assert (strong - 1) / (weak - 1) == pytest.approx(4, rel=0.15)


def test_a_blur_lowers_it(noise):
    def blur(x):
        return (x + np.roll(x, 1, axis=1) + np.roll(x, 1, axis=2) + np.roll(np.roll(x, 1, axis=1), 1, axis=2)) / 4

    assert checkerboard(Draws(blur), Batches(noise))["checkerboard"] < 0.1


@pytest.mark.parametrize("shape", [(4, 8, 8, 1), (4, 33, 32, 1), (4, 5)])
def test_what_has_none(shape):
    with pytest.raises(NotApplicable):
        checkerboard(Draws(lambda x: x), Batches(np.zeros(shape, "float32")))
