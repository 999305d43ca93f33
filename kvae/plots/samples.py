"""Samples of a model in one image: a grid of images, or a scatter plot of points."""

import itertools
from pathlib import Path

import numpy as np

from kvae.capabilities import LABELS
from kvae.evaluation.samplers import sampler_name, samplers_of
from kvae.plots.figure import new_figure, save_figure
from kvae.plots.grids import grid, save_image

POINTS = 2000
"""Number of samples of a model of points."""


def save_samples(path: Path, model, y=None, sampler=None) -> bool:
    """Draw samples of `model` into the file `path`. Return False, and draw nothing, if the model cannot be sampled.

    `y` holds the labels of `sample_count(model)` samples. By default the classes take turns. If the labels are
    attributes, the samples in turn have no attribute, only the first, only the second, and so on. Latent codes are drawn
    from `sampler`, a density that was fitted after training (`kvae.latent.samplers`), or else from the prior. The file
    names the sampler.
    """
    name = sampler_name(sampler)
    if name not in samplers_of(model, sampler):
        return False
    n = sample_count(model)
    given = ()
    if LABELS in model.capabilities:
        given = (model.labels.cycle(n) if y is None else np.asarray(y),)
    x = model.sample(n, *given, seed=0, sampler=sampler)
    if len(model.data_shape) == 3:
        save_image(grid(x), path, {"sampler": name})
    else:
        _save_points(path, x.reshape(n, -1), f"sampler: {name}", *given)
    return True


def sample_count(model) -> int:
    """Return the number of samples that `save_samples` draws."""
    if len(model.data_shape) != 3:
        return POINTS
    return 64 if max(model.data_shape[:2]) <= 64 else 16


def _save_points(path: Path, x: np.ndarray, title: str, y=None) -> None:
    """Draw points (N, D) in a panel for each pair of the first three coordinates, coloured by the label.

    A single coordinate is drawn against the number of the sample.
    """
    columns = {f"x{i}": column for i, column in enumerate(x.T[:3])}
    if len(columns) == 1:
        columns = {"sample": np.arange(len(x)), **columns}
    # One colour for each class, or for each combination of attributes.
    color = None if y is None else y if y.ndim == 1 else y @ (1 << np.arange(y.shape[1]))
    pairs = list(itertools.combinations(columns, 2))
    figure = new_figure(3.4 * len(pairs), 3.2)
    for axes, (i, j) in zip(figure.subplots(1, len(pairs), squeeze=False)[0], pairs, strict=True):
        axes.scatter(columns[i], columns[j], c=color, s=3, alpha=0.5, linewidths=0, cmap="coolwarm")
        axes.set(xlabel=i, ylabel=j)
        axes.tick_params(labelsize=7)
    figure.suptitle(title, fontsize=8)
    save_figure(figure, path)
