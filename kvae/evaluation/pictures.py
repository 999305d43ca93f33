"""Pictures about a model: grids of images, curves, comparisons."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import keras
import numpy as np
from PIL import Image

from kvae.files import atomic


def grid(
    images: np.ndarray, columns: int | None = None, zoom: int | None = None, brighten: bool = False
) -> Image.Image:
    """Images (N, H, W, C) in [0, 1] side by side, row by row, on a white ground.

    `zoom` enlarges every pixel to a square; by default until small images are about 64 pixels tall. `brighten` shows
    √x, so that faint pixels can be seen.
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
    for i, picture in enumerate(pixels):
        y, x = (i // columns) * (height + gap), (i % columns) * (width + gap)
        sheet[y : y + height, x : x + width] = picture[..., :3]
    return Image.fromarray(sheet)


def pairs(x: np.ndarray, x_hat: np.ndarray, columns: int = 8, **options) -> Image.Image:
    """Images and their reconstructions: a row of originals above a row of what became of them, and so on."""
    columns = min(columns, len(x))
    blank = np.ones((-len(x) % columns, *x.shape[1:]))  # white, so that the last two rows stay one below the other
    x, x_hat = (np.concatenate([images, blank]) for images in (x, x_hat))
    rows = [part for i in range(0, len(x), columns) for part in (x[i : i + columns], x_hat[i : i + columns])]
    return grid(np.concatenate(rows), columns, **options)


def save_image(image: Image.Image, path: Path) -> None:
    with atomic(path) as temporary:
        image.save(temporary)


def save_animation(frames: Sequence[Image.Image], path: Path, seconds: float = 3.0) -> None:
    """A GIF that shows `frames` forth and back within `seconds`, and begins again."""
    frames = [*frames, *frames[-2:0:-1]]
    with atomic(path) as temporary:
        milliseconds = round(1000 * seconds / len(frames))
        frames[0].save(temporary, "GIF", save_all=True, append_images=frames[1:], duration=milliseconds, loop=0)


SAMPLES = 64
"""Samples on a sheet."""


class Pictures(keras.callbacks.Callback):
    """Samples and reconstructions, every `every` epochs, as PNG files in `folder`.

    Samples come from the same draws each time and reconstructions from the same examples `data`, (x,) or (x, y), so that
    a series of files shows one code becoming clear. A model that takes labels samples those of the examples.
    """

    def __init__(self, folder: Path, data: Sequence[np.ndarray], every: int = 1, brighten: bool = False):
        super().__init__()
        self.folder, self.every, self.brighten = folder, every, brighten
        self.x, *self.given = (array[:32] for array in data)
        self.labels = [np.resize(array, (SAMPLES, *array.shape[1:])) for array in data[1:]]

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every == 0 or epoch + 1 == self.params["epochs"]:
            self.draw(f"epoch-{epoch + 1:04d}")

    def draw(self, name: str) -> None:
        x_hat = self.model.reconstruct(self.x, *self.given)
        save_image(pairs(self.x, x_hat, brighten=self.brighten), self.folder / f"{name}-reconstructions.png")
        if self.model.has_posterior:
            samples = self.model.sample(SAMPLES, *self.labels, seed=0)
            save_image(grid(samples, 8, brighten=self.brighten), self.folder / f"{name}-samples.png")


def save_curves(path: Path, histories: Mapping[str, Mapping[str, np.ndarray]]) -> None:
    """Curves over the epochs of one or several runs ({name: history}), a panel for each group of figures."""
    panels = {
        "loss": ("loss", "val_loss"),
        "distortion (nats)": ("distortion", "val_distortion"),
        "rate (nats)": ("rate", "val_rate"),
        "active units": ("active_units",),
        "posterior mean, extremes": ("posterior_mean_min", "posterior_mean_max"),
        "posterior std, extremes": ("posterior_std_min", "posterior_std_max"),
    }
    panels = {
        title: names
        for title, names in panels.items()
        if any(name in history for name in names for history in histories.values())
    }
    if not panels:
        return
    figure = new_figure(3.6 * min(3, len(panels)), 2.8 * math.ceil(len(panels) / 3))
    for i, (title, names) in enumerate(panels.items()):
        axes = figure.add_subplot(math.ceil(len(panels) / 3), min(3, len(panels)), i + 1)
        for j, (run, history) in enumerate(histories.items()):
            for k, name in enumerate(n for n in names if n in history):
                label = (run if len(histories) > 1 else name) if k == 0 or len(histories) == 1 else None
                axes.plot(
                    history["epoch"],
                    history[name],
                    color=f"C{j + (k if len(histories) == 1 else 0)}",
                    linestyle="-" if k == 0 else "--",
                    label=label,
                )
        axes.set_title(title, fontsize=9)
        axes.set_xlabel("epoch", fontsize=8)
        axes.tick_params(labelsize=7)
        if "std" in title:
            axes.set_yscale("log")
        axes.legend(fontsize=6)
    save_figure(figure, path)


def new_figure(width: float, height: float):
    """A Matplotlib figure (inches) outside pyplot: no display, no global state."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained", dpi=120)


def save_figure(figure, path: Path) -> None:
    with atomic(path) as temporary:
        figure.savefig(temporary)
