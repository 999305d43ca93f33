"""Grids of images, and the files they are saved in."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from kvae.files import atomic


def grid(
    images: np.ndarray, columns: int | None = None, zoom: int | None = None, brighten: bool = False
) -> Image.Image:
    """Return images (N, H, W, C) in [0, 1] in a grid, row by row, on a white background.

    `zoom` is the factor by which images are enlarged. By default small images become about 64 pixels tall. `brighten` shows
    √x, which makes faint pixels visible.
    """
    n, height, width, channels = images.shape
    columns = columns or math.ceil(math.sqrt(n))
    zoom = zoom or max(1, 64 // height)
    images = np.clip(images, 0.0, 1.0)
    images = np.sqrt(images) if brighten else images
    pixels = np.round(images * 255).astype("uint8").repeat(zoom, axis=1).repeat(zoom, axis=2)
    if channels == 1:
        pixels = pixels.repeat(3, axis=-1)
    height, width, gap = height * zoom, width * zoom, 2
    rows = math.ceil(n / columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), 255, "uint8")
    for i, image in enumerate(pixels):
        y, x = (i // columns) * (height + gap), (i % columns) * (width + gap)
        sheet[y : y + height, x : x + width] = image[..., :3]
    return Image.fromarray(sheet)


def pairs(x: np.ndarray, x_hat: np.ndarray, columns: int = 8, **options) -> Image.Image:
    """Return a grid in which each row of originals is followed by the row of their reconstructions."""
    columns = min(columns, len(x))
    blank = np.ones(
        (-len(x) % columns, *x.shape[1:])
    )  # white images fill up the last two rows, so that they stay aligned
    x, x_hat = (np.concatenate([images, blank]) for images in (x, x_hat))
    rows = [part for i in range(0, len(x), columns) for part in (x[i : i + columns], x_hat[i : i + columns])]
    return grid(np.concatenate(rows), columns, **options)


def save_image(image: Image.Image, path: Path) -> None:
    """Save an image in the format of the file's suffix."""
    with atomic(path) as temporary:
        image.save(temporary)


def save_animation(frames: Sequence[Image.Image], path: Path, seconds: float = 3.0) -> None:
    """Save a GIF that plays `frames` forwards and backwards within `seconds`, in a loop."""
    frames = [*frames, *frames[-2:0:-1]]
    with atomic(path) as temporary:
        milliseconds = round(1000 * seconds / len(frames))
        frames[0].save(temporary, "GIF", save_all=True, append_images=frames[1:], duration=milliseconds, loop=0)
