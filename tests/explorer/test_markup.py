"""HTML of images: pixels, layout and texts from files."""

import base64
import io
import re

import numpy as np
from PIL import Image

from kvae.explorer import markup


def pixels(text):
    """Return the image in a text of HTML."""
    data = re.search(r"data:image/png;base64,([\w+/=]+)", text)[1]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))


def test_image_holds_the_pixels_and_escapes_the_caption():
    text = markup.image(np.full((2, 3, 1), 0.2), '"><script>', 100)
    assert pixels(text).tolist() == [[[51, 51, 51]] * 3] * 2
    assert "<script>" not in text


def test_table_enlarges_small_images_and_shrinks_large_ones():
    assert pixels(markup.table(np.ones((6, 32, 16, 1)), 3, "")).shape == (2 * 96 + 2, 3 * 48 + 2 * 2, 3)
    assert pixels(markup.table(np.ones((6, 200, 100, 3)), 3, "")).shape == (2 * 96 + 2, 3 * 48 + 2 * 2, 3)


def test_samples_are_as_wide_as_eight_images_are_tall():
    text = markup.samples(np.ones((4, 96, 288, 3)), "mixture")
    assert pixels(text).shape == (2 * 96 + 2, 2 * 288 + 2, 3)
    assert "4 samples (sampler: mixture)" in text


def test_sheet_shrinks_large_images_and_states_its_rows_and_columns():
    text = markup.map_sheet(np.ones((9, 200, 100, 3)), np.array([[0.5, -9.0]]), 3.0, 256)
    assert pixels(text).shape == (3 * 96, 3 * 48, 3)
    assert 'data-columns="3" data-rows="3" data-low="-3.0" data-high="3.0"' in text
    assert '<circle cx="0.50" cy="3.00"' in text  # not further out than the outer images
    assert 'viewBox="-4.500 -4.500 9.000 9.000"' in text  # so that the outer images are centred at −3 and 3


def test_strip_has_a_slider_that_starts_in_the_middle():
    text = markup.strip_sheet(np.zeros((9, 8, 8, 1)), "unit 3 <b>", 3.0, 96)
    assert 'min="0" max="8" value="4"' in text
    assert "unit 3 &lt;b&gt;: " in text
    assert pixels(text).shape == (8, 72, 3)
