"""Curves of metrics over the epochs of one or several runs."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from kvae.plots.figure import new_figure, save_figure


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
