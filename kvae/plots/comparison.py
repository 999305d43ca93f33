"""Several runs side by side: one figure, and the figures in it."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from kvae.plots.figure import new_figure, save_figure
from kvae.plots.grids import grid, pairs

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's, which the colour-blind tell apart too."""

_CURVES = {
    "loss": "loss, what each minimises",
    "elbo": "ELBO (nats)",
    "rate": "rate (nats)",
    "distortion": "distortion (nats)",
    "active_units": "active units",
}
_PLAYERS = {player: f"{player}, its loss" for player in ("encoder", "decoder", "discriminator", "adversary", "label")}
_AVERAGES = {"mean_val_loss": "validation loss, averaged from epoch 1"}
_EXTREMES = {"posterior_mean": "posterior mean, min to max", "posterior_std": "posterior std, min to max"}
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
_PANELS = 4  # in a row
_TILES = 4  # rows of images for the reconstructions, and as many for the samples
_CROP = 24  # pixels at the centre of a picture which are shown enlarged, where the picture is at least twice as large
_CROP_ROWS = 3  # their height, in rows of images


@dataclasses.dataclass(frozen=True)
class Contender:
    """One run of a comparison.

    history: columns of figures by name, as `Run.history` returns them.
    metrics: figures on held-out data; those that are missing are taken from the history's last validation.
    x, x_hat: examples and their reconstructions (N, H, W, C) in [0, 1], or None.
    samples: draws (N, H, W, C), or None.
    """

    name: str
    history: Mapping[str, np.ndarray]
    metrics: Mapping[str, object] = dataclasses.field(default_factory=dict)
    x: np.ndarray | None = None
    x_hat: np.ndarray | None = None
    samples: np.ndarray | None = None


def tiles(n: int) -> tuple[int, int]:
    """How many examples and how many samples of each of `n` contenders the figure shows."""
    columns = _columns(n)
    return columns * _TILES // 2, columns * _TILES


def figures(contender: Contender) -> dict:
    """A contender's epochs, loss, figures on held-out data and extremes of the posterior.

    `mean_val_loss` is the validation loss averaged over all epochs: where it jumps from epoch to epoch, the one number
    that tells two runs of equal length apart.
    """
    history, metrics = contender.history, contender.metrics
    last = {name: column[-1] for name, column in history.items()}
    row = {"epochs": int(last["epoch"])} if last else {}
    if "val_loss" in history:
        row["mean_val_loss"] = float(np.mean(history["val_loss"]))
    for name in _HELD_OUT:
        value = metrics.get(name, last.get(f"val_{name}", last.get(name)))
        if value is not None:
            row[name] = int(value) if name == "active_units" else float(value)
    extremes = (f"{name}_{end}" for name in _EXTREMES for end in ("min", "max"))
    return row | {name: float(last[name]) for name in extremes if name in last}


def save_comparison(path: Path, contenders: Sequence[Contender]) -> None:
    """Draws the curves of all contenders above what each of them reconstructs and samples.

    Curves show held-out data as lines and training data as dots; each contender has one colour throughout.
    """
    n = len(contenders)
    width = max(12.0, 1.7 * n)
    tile = width / n / _columns(n)
    rows = [kind for kind in ("x_hat", "samples") if any(getattr(c, kind) is not None for c in contenders)]
    if any(c.x_hat is not None and min(c.x_hat.shape[1:3]) >= 2 * _CROP for c in contenders):
        rows.append("zoom")
    heights = [
        0.2 + 2.1 * math.ceil(len(_panels(contenders)) / _PANELS),
        0.4 + sum(_CROP_ROWS if kind == "zoom" else _TILES for kind in rows) * tile,
    ]
    figure = new_figure(width, sum(heights) if rows else heights[0])
    above, *below = figure.subfigures(1 + bool(rows), 1, height_ratios=heights[: 1 + bool(rows)], squeeze=False)[:, 0]
    _draw_curves(above, contenders)
    if rows:
        _draw_images(below[0], contenders, rows)
    save_figure(figure, path)


def _draw_curves(figure, contenders):
    titles = _panels(contenders)
    panels = figure.subplots(math.ceil(len(titles) / _PANELS), _PANELS, squeeze=False).ravel()
    for panel in panels[len(titles) :]:
        panel.set_axis_off()
    panels = panels[: len(titles)]
    for panel, (name, title) in zip(panels, titles.items(), strict=True):
        panel.set_title(title, fontsize=9)
        draw = _draw_extremes if name in _EXTREMES else _draw_average if name in _AVERAGES else _draw_curve
        for contender, color in _colored(contenders):
            draw(panel, contender.history, name, color)
        if name == "posterior_std":
            panel.set_yscale("log")
        if name == "rate" and panel.get_ylim()[1] > 50:  # one run without a prior would flatten all others
            panel.set_yscale("symlog", linthresh=1)
            panel.set_ylim(bottom=0)
        panel.xaxis.get_major_locator().set_params(integer=True)
        panel.tick_params(which="both", labelsize=8)
        panel.grid(alpha=0.25, linewidth=0.5)
        panel.spines[["top", "right"]].set_visible(False)
    for panel in panels[-_PANELS:]:
        panel.set_xlabel("epoch", fontsize=8)
    for contender, color in _colored(contenders):
        panels[0].plot([], color=color, label=contender.name)
    panels[0].plot([], color="gray", linestyle=":", label="on training data")
    figure.legend(loc="outside upper center", ncols=min(5, len(contenders) + 1), fontsize=9, frameon=False)


def _panels(contenders) -> dict[str, str]:
    """Titles of the panels, by what they show: all that some contender has a curve of."""
    titles = {**_CURVES, **_PLAYERS, **_AVERAGES, **_EXTREMES}
    columns = {"mean_val_loss" if name == "val_loss" else name for c in contenders for name in c.history}
    columns |= {name.removesuffix("_min").removeprefix("val_") for name in columns}
    return {name: title for name, title in titles.items() if name in columns} or {"loss": titles["loss"]}


def _draw_curve(panel, history, name, color):
    held_out = f"val_{name}" if f"val_{name}" in history else name
    if held_out in history:
        marker = "." if len(history["epoch"]) == 1 else None  # a line needs two points
        panel.plot(history["epoch"], history[held_out], color=color, linewidth=1.5, marker=marker)
    if held_out != name and name in history:
        panel.plot(history["epoch"], history[name], color=color, linewidth=1, linestyle=":", alpha=0.8)


def _draw_average(panel, history, name, color):
    if "val_loss" in history:
        average = np.cumsum(history["val_loss"]) / np.arange(1, len(history["val_loss"]) + 1)
        panel.plot(history["epoch"], average, color=color, linewidth=1.5, marker="." if len(average) == 1 else None)


def _draw_extremes(panel, history, name, color):
    if f"{name}_min" in history:
        low, high = history[f"{name}_min"], history[f"{name}_max"]
        panel.fill_between(history["epoch"], low, high, color=color, alpha=0.12, linewidth=0)
        for edge in (low, high):
            panel.plot(history["epoch"], edge, color=color, linewidth=1)


def _draw_images(figure, contenders, rows):
    columns = _columns(len(contenders))
    heights = [_CROP_ROWS if kind == "zoom" else _TILES for kind in rows]
    axes = figure.subplots(len(rows), len(contenders), squeeze=False, height_ratios=heights)
    for column, (contender, color) in zip(axes.T, _colored(contenders), strict=True):
        column[0].set_title(f"{contender.name}\n{_caption(contender)}", fontsize=8, color=color)
        for panel, kind in zip(column, rows, strict=True):
            panel.set(xticks=[], yticks=[])
            panel.spines[:].set_visible(False)
            if kind == "samples" and contender.samples is not None:
                panel.imshow(grid(contender.samples[: columns * _TILES], columns))
            elif kind == "x_hat" and contender.x_hat is not None:
                panel.imshow(pairs(contender.x, contender.x_hat, columns))
            elif kind == "zoom" and contender.x_hat is not None:
                panel.imshow(grid(np.stack([_centre(contender.x[0]), _centre(contender.x_hat[0])]), 2, zoom=8))
    names = {
        "x_hat": "originals, reconstructions",
        "samples": "samples",
        "zoom": f"the first of them,\n{_CROP}×{_CROP} pixels",
    }
    for panel, kind in zip(axes[:, 0], rows, strict=True):
        panel.set_ylabel(names[kind], fontsize=8)


def _centre(image: np.ndarray) -> np.ndarray:
    top, left = ((side - _CROP) // 2 for side in image.shape[:2])
    return image[top : top + _CROP, left : left + _CROP]


def _caption(contender: Contender) -> str:
    row, formats = figures(contender), {"rate": ".1f", "distortion": ".1f", "mse": ".4f", "checkerboard": ".2f"}
    return " · ".join(f"{name} {row[name]:{form}}" for name, form in formats.items() if name in row)


def _columns(n: int) -> int:
    return min(max(24 // n, 4), 12)


def _colored(contenders):
    return [(contender, COLORS[i % len(COLORS)]) for i, contender in enumerate(contenders)]
