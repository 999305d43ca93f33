"""Samples of a model in one image: grids of images, or scatter plots of points, one for each sampler."""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from kvae.capabilities import LABELS
from kvae.evaluation.samplers import samples_of
from kvae.plots.captions import captioned
from kvae.plots.figure import new_figure, save_figure
from kvae.plots.grids import grid, save_image

POINTS = 2000
"""Number of samples of a model of points."""


def save_samples(path: Path, model, y=None, sampler=None) -> bool:
    """Draw samples of `model` into the file `path`. Return False, and draw nothing, if the model cannot be sampled.

    `y` holds the labels of `sample_count(model)` samples. By default the classes take turns. If the labels are
    attributes, the samples in turn have no attribute, only the first, only the second, and so on. Latent codes are drawn
    from the prior and from `sampler`, a density that was fitted after training (`kvae.latent.samplers`), as far as they
    exist. Each name stands above the samples, and a PNG file of images also holds the names as a text.
    """
    n = sample_count(model)
    given = ()
    if LABELS in model.capabilities:
        given = (model.labels.cycle(n) if y is None else np.asarray(y),)
    samples = dict(samples_of(model, n, *given, seed=0, fitted=sampler))
    if not samples:
        return False
    if len(model.data_shape) == 3:
        page = _below_each_other([captioned(grid(x), _title(name)) for name, x in samples.items()])
        save_image(page, path, {"sampler": ", ".join(samples)})
    else:
        _save_points(path, {name: x.reshape(n, -1) for name, x in samples.items()}, *given)
    return True


def sample_count(model) -> int:
    """Return the number of samples that `save_samples` draws from each sampler."""
    if len(model.data_shape) != 3:
        return POINTS
    return 64 if max(model.data_shape[:2]) <= 64 else 16


def _title(name: str) -> str:
    return f"sampler: {name}"


def _below_each_other(pages: Sequence[Image.Image]) -> Image.Image:
    """Return images of the same width as one image."""
    whole = Image.new("RGB", (pages[0].width, sum(page.height for page in pages)), "white")
    for number, page in enumerate(pages):
        whole.paste(page, (0, sum(above.height for above in pages[:number])))
    return whole


def _save_points(path: Path, samples: Mapping[str, np.ndarray], y=None) -> None:
    """Draw points (N, D) in a panel for each pair of the first three coordinates, coloured by the label.

    There is a row of panels for each sampler. A single coordinate is drawn against the number of the sample.
    """
    # One colour for each class, or for each combination of attributes.
    color = None if y is None else y if y.ndim == 1 else y @ (1 << np.arange(y.shape[1]))
    color_map = None if y is None else "coolwarm"
    pairs = list(itertools.combinations(_coordinates(next(iter(samples.values()))), 2))
    figure = new_figure(3.4 * len(pairs), 3.2 * len(samples))
    rows = figure.subfigures(len(samples), 1, squeeze=False)[:, 0]
    for row, (name, x) in zip(rows, samples.items(), strict=True):
        columns = _coordinates(x)
        for axes, (i, j) in zip(row.subplots(1, len(pairs), squeeze=False)[0], pairs, strict=True):
            axes.scatter(columns[i], columns[j], c=color, s=3, alpha=0.5, linewidths=0, cmap=color_map)
            axes.set(xlabel=i, ylabel=j)
            axes.tick_params(labelsize=7)
        row.suptitle(_title(name), fontsize=8)
    save_figure(figure, path)


def _coordinates(x: np.ndarray) -> dict[str, np.ndarray]:
    """Return the first three coordinates of points (N, D) by name: (N,) each. A single one follows the numbers."""
    columns = {f"x{i}": column for i, column in enumerate(x.T[:3])}
    return columns if len(columns) > 1 else {"sample": np.arange(len(x)), **columns}
