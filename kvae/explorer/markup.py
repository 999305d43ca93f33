"""HTML of images. The page in the browser and the static page consist of the same parts.

A sheet is one large image that holds all images of a table. The browser shows one of them at a time (explorer.js). It needs
no server for that.
"""

import base64
import html
import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from kvae.plots.grids import grid, to_pixels

THUMBNAIL = 96
"""Height of an image in a table or a sheet, in pixels. Larger images are shrunk, and in tables smaller ones are enlarged."""

UNITS = (
    "Each slider changes one latent unit, in standard deviations from its mean. The units are those that vary most from "
    "example to example."
)
"""Text next to the sliders."""

MAP = (
    "The images lie on the plane through the latent space in which latent codes vary most. The circles are the codes of "
    "{number} {examples}. Move the pointer over the map to enlarge an image."
)
"""Text above a map."""

_FOLDER = Path(__file__).parent
SCRIPT = (_FOLDER / "explorer.js").read_text(encoding="utf-8")
STYLE = (_FOLDER / "explorer.css").read_text(encoding="utf-8")


def image(x: np.ndarray, caption: str, height: int) -> str:
    """Return an image (H, W, C) in [0, 1] of this height in CSS pixels."""
    return _figure(Image.fromarray(to_pixels(x[None])[0]), caption, f'class="kvae-pixels" style="height: {height}px"')


def row(images: Iterable[tuple[str, np.ndarray]], height: int) -> str:
    """Return images, (caption, (H, W, C) in [0, 1]) each, of this height in CSS pixels next to each other."""
    return f'<div class="kvae-row">{"".join(image(x, caption, height) for caption, x in images)}</div>'


def table(images: np.ndarray, columns: int, caption: str) -> str:
    """Return a table of images (N, H, W, C) in [0, 1], row by row, as one image."""
    pixels = _thumbnails(images)
    return _figure(grid(pixels / 255, columns, max(1, round(THUMBNAIL / pixels.shape[1]))), caption)


def samples(images: np.ndarray, sampler: str) -> str:
    """Return a table of samples (N, H, W, C) in [0, 1] from a sampler, eight times as wide as an image is tall."""
    _, height, width, _ = images.shape
    return table(images, max(1, 8 * height // width), f"{len(images)} samples (sampler: {sampler})")


def map_sheet(images: np.ndarray, points: np.ndarray, span: float, height: int) -> str:
    """Return a map of images next to the one under the pointer.

    Args:
        images: images of a square grid, row by row (N, H, W, C), in [0, 1].
        points: marked points (M, 2), in the coordinates of the map.
        span: the outer images of the map lie at −span and span in both directions.
        height: height of the image under the pointer, in CSS pixels.
    """
    side = round(len(images) ** 0.5)
    whole = f'<div class="kvae-all" style="{_ratio(images)}">{_marks(points, span, side)}</div>'
    return _sheet(images, side, span, whole + _shown(images, side, height, "at <output>0.0, 0.0</output> σ"))


def strip_sheet(images: np.ndarray, title: str, span: float, height: int) -> str:
    """Return a sheet of images (N, H, W, C) in [0, 1] with a slider from −span to span that chooses one of them."""
    title, last = html.escape(title), len(images) - 1
    slider = f'<input type="range" min="0" max="{last}" value="{last // 2}" aria-label="{title}">'
    shown = _shown(images, len(images), height, f"{title}: <output>0.0</output> σ{slider}")
    return _sheet(images, len(images), span, shown)


def _marks(points: np.ndarray, span: float, side: int) -> str:
    """Return the drawing on a map: lines between the images, a circle for each point, and a frame for the chosen image."""
    cell = 2 * span / (side - 1)
    edge = span + cell / 2  # the outer images are centred at −span and span
    between = [cell * number - edge for number in range(1, side)]
    lines = "".join(f"M{at:.3f} {-edge:.3f}V{edge:.3f}M{-edge:.3f} {at:.3f}H{edge:.3f}" for at in between)
    circles = "".join(f'<circle cx="{x:.2f}" cy="{-y:.2f}" r="0.03"/>' for x, y in points.clip(-span, span))
    frame = f'<rect x="{-cell / 2:.3f}" y="{-cell / 2:.3f}" width="{cell:.3f}" height="{cell:.3f}"/>'
    box = f'viewBox="{-edge:.3f} {-edge:.3f} {2 * edge:.3f} {2 * edge:.3f}" preserveAspectRatio="none"'
    return f'<svg {box}><path d="{lines}"/>{circles}{frame}</svg>'


def _sheet(images: np.ndarray, columns: int, span: float, content: str) -> str:
    facts = {"columns": columns, "rows": len(images) // columns, "low": -span, "high": span}
    listed = " ".join(f'data-{name}="{value}"' for name, value in facts.items())
    pixels = _thumbnails(images)
    n, height, width, _ = pixels.shape
    table = pixels.reshape(n // columns, columns, height, width, 3).swapaxes(1, 2)  # (R, C, H, W, 3) -> (R, H, C, W, 3)
    address = _address(Image.fromarray(table.reshape(n // columns * height, columns * width, 3)))
    return f'<div class="kvae-sheet" {listed} style="--sheet: url({address})">{content}</div>'


def _shown(images: np.ndarray, columns: int, height: int, caption: str) -> str:
    """Return the part of a sheet that shows one of its images. At first it is the middle one."""
    size = f"background-size: {100 * columns}% {100 * (len(images) // columns)}%; background-position: 50% 50%"
    style = f"height: {height}px; {_ratio(images)}; {size}"
    return f'<figure><div class="kvae-shown" style="{style}"></div><figcaption>{caption}</figcaption></figure>'


def _ratio(images: np.ndarray) -> str:
    return f"aspect-ratio: {images.shape[2]} / {images.shape[1]}"


def _thumbnails(images: np.ndarray) -> np.ndarray:
    """Return images (N, H, W, C) in [0, 1] as pixels (N, H', W', 3) that are at most `THUMBNAIL` tall."""
    pixels = to_pixels(images)
    _, height, width, _ = pixels.shape
    if height <= THUMBNAIL:
        return pixels
    size = (round(THUMBNAIL * width / height), THUMBNAIL)
    return np.stack([np.asarray(Image.fromarray(each).resize(size, Image.Resampling.LANCZOS)) for each in pixels])


def _figure(picture: Image.Image, caption: str, attributes: str = "") -> str:
    address, caption = _address(picture), html.escape(caption)
    image = f'<img src="{address}" alt="{caption}" {attributes}>'
    return f'<figure class="kvae-figure">{image}<figcaption>{caption}</figcaption></figure>'


def _address(picture: Image.Image) -> str:
    """Return an image as an address that holds the whole file."""
    file = io.BytesIO()
    picture.save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
