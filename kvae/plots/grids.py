"""Grids of images, and the files they are saved in."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from kvae.errors import UserError
from kvae.files import atomic
from kvae.plots.captions import captioned, lines_height, write_lines


def to_pixels(images: np.ndarray) -> np.ndarray:
    """Return images (N, H, W, C) in [0, 1] as pixels in red, green and blue: uint8 (N, H, W, 3).

    One channel is grey, two are red and green, and of four or more the first three are red, green and blue.
    """
    pixels = np.round(np.clip(images, 0.0, 1.0) * 255).astype("uint8")
    if images.shape[-1] == 1:
        return pixels.repeat(3, axis=-1)
    return np.pad(pixels, [(0, 0)] * 3 + [(0, 1)]) if images.shape[-1] == 2 else pixels[..., :3]


def grid(
    images: np.ndarray,
    columns: int | None = None,
    zoom: int | None = None,
    brighten: bool = False,
    below: Sequence[Sequence[str]] = (),
) -> Image.Image:
    """Return images (N, H, W, C) in [0, 1] in a grid, row by row, on a white background.

    `zoom` is the factor by which images are enlarged. By default, small images become about 64 pixels tall. With
    `brighten`, the grid shows √x, which makes faint pixels visible. `below` holds lines of text for each image.
    """
    n, height, width, _ = images.shape
    columns = columns or math.ceil(math.sqrt(n))
    zoom = zoom or max(1, 64 // height)
    images = np.sqrt(np.clip(images, 0.0, 1.0)) if brighten else images
    pixels = to_pixels(images).repeat(zoom, axis=1).repeat(zoom, axis=2)
    height, width, gap = height * zoom, width * zoom, 2
    rows, space = math.ceil(n / columns), gap + lines_height(below)  # space: between rows
    sheet = np.full((rows * (height + space) - gap, columns * (width + gap) - gap, 3), 255, "uint8")
    places = [((i % columns) * (width + gap), (i // columns) * (height + space)) for i in range(n)]
    for (x, y), image in zip(places, pixels, strict=True):
        sheet[y : y + height, x : x + width] = image
    page = Image.fromarray(sheet)
    write_lines(page, [(x, y + height) for x, y in places], width, below)
    return page


def table(images: np.ndarray, columns: int | None = None) -> np.ndarray:
    """Return images (N, …) as a table, row by row: (R, C, …). White images fill the last row.

    By default the table is nearly square.
    """
    n = len(images)
    columns = columns or int(np.ceil(np.sqrt(n)))
    white = np.ones((-n % columns, *images.shape[1:]), images.dtype)
    return np.concatenate([images, white]).reshape(-1, columns, *images.shape[1:])


def table_of_pairs(x: np.ndarray, x_hat: np.ndarray, columns: int = 8) -> np.ndarray:
    """Return a table of images and their reconstructions (N, …) in alternating rows: (R, C, …)."""
    above, below = (table(images, min(columns, len(images))) for images in (x, x_hat))
    return np.stack([above, below], axis=1).reshape(-1, *above.shape[1:])  # (R, 2, C, …) -> (2 · R, C, …)


def grid_of_pairs(x: np.ndarray, x_hat: np.ndarray, columns: int = 8, **options) -> Image.Image:
    """Return a `grid` in which each row of originals is followed by the row of their reconstructions."""
    images = table_of_pairs(x, x_hat, columns)
    return grid(images.reshape(-1, *images.shape[2:]), images.shape[1], **options)


def save_image(image: Image.Image, path: Path, facts: Mapping[str, object] | None = None) -> None:
    """Save an image in the format of the file's suffix.

    A PNG file holds `facts`, {name: value}, as texts, such as the model and the seed. Image viewers show them.
    """
    texts = PngInfo()
    for name, value in (facts or {}).items():
        texts.add_itxt(name, str(value))
    with atomic(path) as temporary:
        options: dict[str, Any] = {"pnginfo": texts} if path.suffix == ".png" else {}
        image.save(temporary, **options)


def save_animation(frames: Sequence[Image.Image], path: Path, seconds: float = 3.0) -> None:
    """Save a GIF that plays `frames` forwards and backwards within `seconds`, in a loop."""
    frames = [*frames, *frames[-2:0:-1]]
    with atomic(path) as temporary:
        milliseconds = round(1000 * seconds / len(frames))
        frames[0].save(temporary, "GIF", save_all=True, append_images=frames[1:], duration=milliseconds, loop=0)


def save_images(
    path: Path,
    x: np.ndarray,
    y: np.ndarray | None = None,
    *,
    title: str = "",
    columns: int | None = None,
    scale: int | None = None,
    below: Sequence[Sequence[str]] = (),
    facts: Mapping[str, object] | None = None,
) -> None:
    """Save examples `x` (N, …) as a grid (.png), as arrays x and, if given, y (.npz), or as a folder of image files.

    `title` is written above a grid of `columns` columns, and the lines of text `below` under each image. `scale` is the
    factor by which images are enlarged, and `facts` are as for `save_image`.
    """
    if path.suffix == ".npz":
        with atomic(path) as temporary:
            arrays: dict[str, Any] = {"x": x} if y is None else {"x": x, "y": y}
            np.savez(temporary, **arrays)
    elif x.ndim != 4:
        raise UserError(f"Expected a model of images. Received: one of shape {x.shape[1:]}. Save arrays (*.npz).")
    elif path.suffix == ".png":
        save_image(captioned(grid(x, columns, scale, below=below), title), path, facts)
    else:
        digits = len(str(len(x) - 1))
        for number, image in enumerate(x):
            save_image(grid(image[None], zoom=scale or 1), path / f"{number:0{digits}d}.png", facts)
