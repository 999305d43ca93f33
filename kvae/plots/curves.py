"""Curves of losses and metrics over the epochs of one or several runs."""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from kvae.plots.figure import COLORS, new_figure, save_figure

History = Mapping[str, np.ndarray]
"""Columns of a run's history by name, as `Run.history` returns them."""

PANELS_PER_ROW = 4
"""Maximum number of panels in a row."""

_PANELS = {
    "loss": "loss minimised by each run",
    "elbo": "ELBO (nats)",
    "rate": "rate (nats)",
    "distortion": "distortion (nats)",
    "active_units": "active units",
}
_LOSSES = {player: f"{player} loss" for player in ("encoder", "decoder", "discriminator", "adversary", "label")}
_AVERAGES = {"mean_val_loss": "validation loss, averaged from epoch 1"}
_EXTREMES = {"posterior_mean": "posterior mean, min to max", "posterior_std": "posterior std, min to max"}
EXTREMES = tuple(f"{name}_{end}" for name in _EXTREMES for end in ("min", "max"))
"""Columns of a history with the extremes of the posterior's parameters."""

_TITLES = {**_PANELS, **_LOSSES, **_AVERAGES, **_EXTREMES}


def save_curves(path: Path, histories: Mapping[str, History]) -> None:
    """Draw curves of one or several runs, {name: history}, into the file `path`. See `draw_curves`."""
    rows, columns = layout(histories.values())
    figure = new_figure(3.2 * columns, 0.4 + 2.4 * rows)
    draw_curves(figure, list(histories.items()))
    save_figure(figure, path)


def draw_curves(figure, runs: Sequence[tuple[str, History]]) -> None:
    """Draw a panel for each quantity that one of the `runs`, (name, history), has recorded, with one colour per run.

    Solid lines show held-out data, and dotted lines training data. A band spans the extremes of the posterior's
    parameters over the validation examples.
    """
    histories, colors = [history for _, history in runs], run_colors(len(runs))
    titles, (rows, columns) = _titles(histories), layout(histories)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for panel in panels[len(titles) :]:
        panel.set_axis_off()
    panels = panels[: len(titles)]
    for panel, (name, title) in zip(panels, titles.items(), strict=True):
        panel.set_title(title, fontsize=9)
        for history, color in zip(histories, colors, strict=True):
            _draw(panel, history, name, color)
        _style(panel, name)
    for panel in panels[-columns:]:
        panel.set_xlabel("epoch", fontsize=8)
    for (name, _), color in zip(runs, colors, strict=True):
        panels[0].plot([], color=color, label=name)
    panels[0].plot([], color="gray", linestyle=":", label="on training data")
    figure.legend(loc="outside upper center", ncols=min(5, len(runs) + 1), fontsize=9, frameon=False)


def layout(histories: Iterable[History]) -> tuple[int, int]:
    """Return the rows and columns of the panels that `draw_curves` draws."""
    panels = len(_titles(histories))
    return math.ceil(panels / PANELS_PER_ROW), min(PANELS_PER_ROW, panels)


def run_colors(n: int) -> list[str]:
    """Return the colours of `n` runs."""
    return [COLORS[i % len(COLORS)] for i in range(n)]


def _titles(histories: Iterable[History]) -> dict[str, str]:
    """Return the title of a panel for each quantity that a run has recorded, or for the loss if there is none."""
    columns = {"mean_val_loss" if name == "val_loss" else name for history in histories for name in history}
    columns |= {name.removesuffix("_min").removeprefix("val_") for name in columns}
    return {name: title for name, title in _TITLES.items() if name in columns} or {"loss": _TITLES["loss"]}


def _style(panel, name: str) -> None:
    if name == "posterior_std":
        panel.set_yscale("log")
    if name == "rate" and panel.get_ylim()[1] > 50:  # one run without a prior would flatten the other curves
        panel.set_yscale("symlog", linthresh=1)
        panel.set_ylim(bottom=0)
    panel.xaxis.get_major_locator().set_params(integer=True)
    panel.tick_params(which="both", labelsize=8)
    panel.grid(alpha=0.25, linewidth=0.5)
    panel.spines[["top", "right"]].set_visible(False)


def _draw(panel, history: History, name: str, color: str) -> None:
    if name in _EXTREMES:
        _draw_extremes(panel, history, name, color)
    elif name in _AVERAGES:
        _draw_average(panel, history, color)
    else:
        _draw_curve(panel, history, name, color)


def _draw_curve(panel, history, name, color):
    held_out = f"val_{name}" if f"val_{name}" in history else name
    if held_out in history:
        _line(panel, history["epoch"], history[held_out], color)
    if held_out != name and name in history:
        panel.plot(history["epoch"], history[name], color=color, linewidth=1, linestyle=":", alpha=0.8)


def _draw_average(panel, history, color):
    if "val_loss" in history:
        average = np.cumsum(history["val_loss"]) / np.arange(1, len(history["val_loss"]) + 1)
        _line(panel, history["epoch"], average, color)


def _line(panel, epochs, values, color):
    marker = "." if len(epochs) == 1 else None  # a line needs two points
    panel.plot(epochs, values, color=color, linewidth=1.5, marker=marker)


def _draw_extremes(panel, history, name, color):
    if f"{name}_min" in history:
        low, high = history[f"{name}_min"], history[f"{name}_max"]
        panel.fill_between(history["epoch"], low, high, color=color, alpha=0.12, linewidth=0)
        for edge in (low, high):
            panel.plot(history["epoch"], edge, color=color, linewidth=1)
