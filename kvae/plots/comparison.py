"""A comparison of several runs: curves, reconstructions and samples in one figure, and a summary of their metrics."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from kvae.plots.curves import EXTREMES, History, draw_curves, layout, run_colors
from kvae.plots.figure import new_figure, save_figure
from kvae.plots.grids import grid, grid_of_pairs

# Values on held-out data that a summary shows.
_HELD_OUT = (
    "loss",
    "elbo",
    "nll",
    "nll_se",
    "bits_per_pixel",
    "rate",
    "distortion",
    "mse",
    "checkerboard",
    "active_units",
)
_ROWS = 4  # rows of images for the reconstructions, and as many for the samples
_CROP = 24  # side, in pixels, of the enlarged centre of an image; shown for images at least twice as large
_CROP_ROWS = 3  # height of the enlarged centre, in rows of images


@dataclasses.dataclass(frozen=True)
class Contender:
    """One run of a comparison.

    Args:
        name: name of the run.
        history: columns of the run's history by name.
        metrics: metric values on held-out data. A missing value is taken from the last validation in the history.
        x: examples (N, H, W, C) in [0, 1], or None.
        x_hat: reconstructions of the examples, or None.
        samples: samples (N, H, W, C) by the name of the density from which their latent codes were drawn.
    """

    name: str
    history: History
    metrics: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    x: np.ndarray | None = None
    x_hat: np.ndarray | None = None
    samples: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)


def image_counts(n: int) -> tuple[int, int]:
    """Return the number of examples, and of samples from one sampler, that a figure of `n` contenders shows of each."""
    columns = _columns(n)
    return columns * _ROWS // 2, columns * _ROWS


def summary(contender: Contender) -> dict:
    """Return the epochs, the loss, metrics on held-out data and extremes of the parameters of the posterior by name.

    `mean_val_loss` is the validation loss averaged over all epochs. It helps to compare runs of equal length whose
    validation loss varies strongly from epoch to epoch.
    """
    history, metrics = contender.history, contender.metrics
    last = {name: column[-1] for name, column in history.items()}
    row: dict[str, Any] = {"epochs": int(last["epoch"])} if last else {}
    if "val_loss" in history:
        row["mean_val_loss"] = float(np.mean(history["val_loss"]))
    for name in _HELD_OUT:
        value = metrics.get(name, last.get(f"val_{name}", last.get(name)))
        if value is not None:
            row[name] = int(value) if name == "active_units" else float(value)
    return row | {name: float(last[name]) for name in EXTREMES if name in last}


def save_comparison(path: Path, contenders: Sequence[Contender]) -> None:
    """Draw the curves of all contenders, and below them the reconstructions and samples of each contender.

    There is a row of samples for each sampler, with its name. Each contender has one colour, in its curves and in the title
    of its images.
    """
    n = len(contenders)
    width = max(12.0, 1.7 * n)
    tile = width / n / _columns(n)
    rows = [_Row("x_hat")] if any(contender.x_hat is not None for contender in contenders) else []
    rows += [_Row("samples", name) for name in dict.fromkeys(name for c in contenders for name in c.samples)]
    if any(c.x_hat is not None and min(c.x_hat.shape[1:3]) >= 2 * _CROP for c in contenders):
        rows.append(_Row("zoom"))
    heights = [
        0.2 + 2.1 * layout(contender.history for contender in contenders)[0],
        0.5 + sum(row.height for row in rows) * tile,
    ]
    figure = new_figure(width, sum(heights) if rows else heights[0])
    above, *below = figure.subfigures(1 + bool(rows), 1, height_ratios=heights[: 1 + bool(rows)], squeeze=False)[:, 0]
    draw_curves(above, [(contender.name, contender.history) for contender in contenders])
    if rows:
        _draw_images(below[0], contenders, rows)
    save_figure(figure, path)


class _Row(NamedTuple):
    """A row of panels: reconstructions, samples from one sampler, or enlarged centres."""

    kind: Literal["x_hat", "samples", "zoom"]
    sampler: str = ""

    @property
    def height(self) -> int:
        """Height in rows of images."""
        return _CROP_ROWS if self.kind == "zoom" else _ROWS

    @property
    def name(self) -> str:
        """The text at the left of the row."""
        return {
            "x_hat": "originals, reconstructions",
            "samples": f"samples\nsampler: {self.sampler}",
            "zoom": f"the first pair,\n{_CROP}×{_CROP} pixels",
        }[self.kind]


def _draw_images(figure, contenders: Sequence[Contender], rows: Sequence[_Row]):
    columns = _columns(len(contenders))
    heights = [row.height for row in rows]
    axes = figure.subplots(len(rows), len(contenders), squeeze=False, height_ratios=heights)
    for column, contender, color in zip(axes.T, contenders, run_colors(len(contenders)), strict=True):
        column[0].set_title(f"{contender.name}\n{_caption(contender, len(contenders))}", fontsize=8, color=color)
        for panel, (kind, sampler) in zip(column, rows, strict=True):
            panel.set(xticks=[], yticks=[])
            panel.spines[:].set_visible(False)
            if kind == "samples" and sampler in contender.samples:
                panel.imshow(grid(contender.samples[sampler][: columns * _ROWS], columns))
            elif kind == "x_hat" and contender.x is not None and contender.x_hat is not None:
                panel.imshow(grid_of_pairs(contender.x, contender.x_hat, columns))
            elif kind == "zoom" and contender.x is not None and contender.x_hat is not None:
                panel.imshow(grid(np.stack([_centre(contender.x[0]), _centre(contender.x_hat[0])]), 2, zoom=8))
    for panel, row in zip(axes[:, 0], rows, strict=True):
        panel.set_ylabel(row.name, fontsize=8)


def _centre(image: np.ndarray) -> np.ndarray:
    top, left = ((side - _CROP) // 2 for side in image.shape[:2])
    return image[top : top + _CROP, left : left + _CROP]


def _caption(contender: Contender, n: int) -> str:
    """Return the text above the images of one of `n` contenders: metrics, two or one on each line."""
    row = summary(contender)
    formats = {"rate": ".1f", "distortion": ".1f", "mse": ".4f", "checkerboard": ".2f"}
    facts = [f"{name} {row[name]:{form}}" for name, form in formats.items() if name in row]
    in_line = 2 if n <= 5 else 1
    return "\n".join(" · ".join(facts[start : start + in_line]) for start in range(0, len(facts), in_line))


def _columns(n: int) -> int:
    """Return the number of images in a row of one of `n` contenders."""
    return min(max(24 // n, 4), 12)
