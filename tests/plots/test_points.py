"""Images of single points."""

import numpy as np

from kvae.plots.points import MARGIN, RED, SIDE, PointImages


def red(image):
    """Return the mean row and column of the red dot in a panel."""
    return np.argwhere((image == np.array(RED, "float32")).all(axis=-1)).mean(axis=0).tolist()


def test_point_is_drawn_in_a_panel_for_each_pair_of_the_first_three_coordinates():
    draw = PointImages(np.array([[0.0, 0, 0, 9], [1, 10, 100, 9]]))
    images = draw(np.array([[0.0, 10, 50, 3]]))
    assert images.shape == (1, 2 * SIDE, 2 * SIDE, 3)
    left, right, top = MARGIN, SIDE - 1 - MARGIN, MARGIN
    first, second, third, _ = images.reshape(2, SIDE, 2, SIDE, 3).swapaxes(1, 2).reshape(4, SIDE, SIDE, 3)
    middle = (SIDE - 1) / 2
    assert red(first) == [top, left]  # (x0, x1)
    np.testing.assert_allclose(red(second), [middle, left], atol=0.5)  # (x0, x2)
    np.testing.assert_allclose(red(third), [middle, right], atol=0.5)  # (x1, x2)


def test_point_out_of_range_or_of_one_coordinate_is_drawn_within_the_panel():
    images = PointImages(np.array([[0.0], [1.0]]))(np.array([[0.0], [5.0], [-5.0]]))
    assert images.shape == (3, SIDE, SIDE, 3)
    assert [red(image) for image in images] == [[91, 4], [4, 91], [91, 4]]
