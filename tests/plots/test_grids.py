"""Pixels of grids of images."""

import numpy as np
from PIL import Image

from kvae.plots.grids import grid, grid_of_pairs, save_animation


def test_grid_shows_the_pixels_it_is_given():
    images = np.stack([np.full((4, 4, 3), v) for v in (0.0, 0.5, 2.0)])
    pixels = np.asarray(grid(images, columns=2, zoom=1))
    assert pixels.shape == (10, 10, 3)
    assert pixels[0, 0].tolist() == [0, 0, 0]
    assert pixels[0, 6].tolist() == [128, 128, 128]
    assert pixels[6, 0].tolist() == [255, 255, 255]  # clipped, not wrapped
    assert pixels[4, 4].tolist() == [255, 255, 255]


def test_grid_of_two_channels_shows_red_and_green_and_of_five_the_first_three():
    images = np.tile(np.array([0.2, 0.4, 0.6, 0.8, 1.0]), (1, 4, 4, 1))
    assert np.asarray(grid(images[..., :2], zoom=1))[0, 0].tolist() == [51, 102, 0]
    assert np.asarray(grid(images, zoom=1))[0, 0].tolist() == [51, 102, 153]


def test_grid_brighten_shows_square_root():
    faint = np.full((1, 4, 4, 1), 0.04)
    assert np.asarray(grid(faint, zoom=1, brighten=True))[0, 0, 0] == round(0.2 * 255)


def test_pairs_put_reconstructions_under_originals():
    x, x_hat = np.zeros((3, 4, 4, 1)), np.ones((3, 4, 4, 1))
    pixels = np.asarray(grid_of_pairs(x, x_hat, columns=2, zoom=1))[..., 0]
    assert [pixels[row, 0] for row in (0, 6, 12, 18)] == [0, 255, 0, 255]


def test_save_animation_plays_forwards_and_backwards(tmp_path):
    frames = [Image.new("RGB", (4, 4), (value, 0, 0)) for value in (0, 100, 200)]
    save_animation(frames, tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as animation:
        assert animation.n_frames == 4
