"""Sheets of images that commands draw from models of digits."""

import numpy as np
from PIL import Image

from kvae.plots.grids import grid

SIDE = 66
"""Side of a digit in a sheet, with the gap to the next digit, in pixels."""


def shows(path, *rows):
    """Return True if the file at `path` shows these rows of images, up to one grey level of rounding."""
    expected = np.asarray(grid(np.concatenate(rows), len(rows[0]))).astype(int)
    return np.abs(np.asarray(Image.open(path)) - expected).max() <= 1
