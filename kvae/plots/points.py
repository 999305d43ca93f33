"""Images of single points, for models whose data are points and not images."""

import itertools
import math

import numpy as np

SIDE, MARGIN = 96, 4
"""Side of a panel and its empty margin, in pixels."""

GREY, RED = 0.75, (0.8, 0.0, 0.0)


class PointImages:
    """A function that draws each point of an array as an image: a red dot among grey reference points.

    An image has a panel for each pair of the first three coordinates, in a square: (x0, x1) and (x0, x2) above, (x1, x2)
    below. Points outside the range of the reference points are drawn at its border.

    Args:
        reference: reference points (N, …).
    """

    def __init__(self, reference: np.ndarray):
        points = _coordinates(reference)
        self.low, self.high = points.min(axis=0), points.max(axis=0)
        self.pairs = list(itertools.combinations(range(points.shape[1]), 2)) or [(0, 0)]
        self.columns = math.ceil(math.sqrt(len(self.pairs)))
        self.background = np.ones((SIDE * self.columns, SIDE * self.columns, 3), "float32")
        self.background[::SIDE] = self.background[:, ::SIDE] = GREY  # the edges of the panels
        for row, column in self._places(points):
            self.background[row, column] = GREY

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return the images of points `x` (N, …): (N, H, W, 3), in [0, 1]."""
        images = np.repeat(self.background[None], len(x), axis=0)
        number = np.arange(len(x))
        for row, column in self._places(_coordinates(x)):
            for down, right in itertools.product(range(-3, 4), repeat=2):
                images[number, row + down, column + right] = RED
        return images

    def _places(self, points: np.ndarray):
        """Yield, for each panel, the row and the column of the pixel of each point: (N,) each."""
        share = np.clip((points - self.low) / np.maximum(self.high - self.low, 1e-12), 0, 1)
        pixel = MARGIN + np.round(share * (SIDE - 1 - 2 * MARGIN)).astype(int)  # (N, coordinates)
        for panel, (i, j) in enumerate(self.pairs):
            down, right = divmod(panel, self.columns)
            yield SIDE * down + SIDE - 1 - pixel[:, j], SIDE * right + pixel[:, i]


def _coordinates(x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), -1)[:, :3]
