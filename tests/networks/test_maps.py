"""Sizes of the maps of convolutional networks."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.networks import maps


@pytest.mark.parametrize(
    ("shape", "sides"),
    [
        ((64, 64, 3), [(64, 64), (32, 32), (16, 16), (8, 8), (4, 4)]),
        ((28, 28, 1), [(28, 28), (14, 14), (7, 7), (4, 4)]),
        ((8, 20, 1), [(8, 20), (4, 10)]),
    ],
)
def test_map_sides_are_halved_and_rounded_up_until_one_is_at_most_4(shape, sides):
    assert maps.map_sides(shape) == sides


@pytest.mark.parametrize(
    ("factor", "sides"), [(2, [(90, 160), (45, 80)]), (8, [(90, 160), (45, 80), (23, 40), (12, 20)])]
)
def test_sides_down_to_a_factor_are_halved_and_rounded_up(factor, sides):
    assert maps.sides_down_to((90, 160, 3), factor) == sides


def test_map_channels_double_up_to_8_times_the_width():
    assert [maps.map_channels(32, stage) for stage in range(6)] == [32, 64, 128, 256, 256, 256]


def test_cropped_removes_the_last_rows_and_columns():
    x = np.arange(2 * 4 * 4, dtype="float32").reshape(2, 4, 4, 1)
    h = keras.Input((4, 4, 1))
    net = keras.Model(h, maps.cropped(h, (3, 2)))
    np.testing.assert_array_equal(ops.convert_to_numpy(net(x)), x[:, :3, :2])


def test_cropped_to_the_same_sides_returns_its_argument():
    h = keras.Input((4, 4, 1))
    assert maps.cropped(h, (4, 4)) is h


def test_map_sides_end_at_the_first_side_of_the_smallest():
    assert maps.map_sides((8, 20, 1), smallest=1) == [(8, 20), (4, 10), (2, 5), (1, 3)]
