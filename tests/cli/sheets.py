"""Sheets of images that commands draw from models of digits."""

import numpy as np
from PIL import Image

from kvae.plots.grids import grid

SIDE = 66
"""Side of a digit in a sheet, with the gap to the next digit, in pixels."""


def shows(path, *rows):
    """Return True if the file at `path` shows these rows of images, up to one grey level of rounding."""
    expected = np.asarray(grid(np.concatenate(rows), len(rows[0]))).astype(int)
    return np.abs(pixels(path, *expected.shape[:2]) - expected).max() <= 1


def pixels(path, height, width):
    """Return the last pixels of an image, where a sheet has its images. Captions are on their left and above them."""
    return np.asarray(Image.open(path))[-height:, -width:].astype(int)


def shape(path):
    """Return the rows and columns of digits that fit into an image, next to captions."""
    width, height = Image.open(path).size
    return (height + 2) // SIDE, (width + 2) // SIDE
