"""What a model makes, in one picture: samples of it."""

import itertools
from pathlib import Path

import numpy as np

from kvae.capabilities import POSTERIOR
from kvae.models.base.latent import LatentModel
from kvae.plots.figure import new_figure, save_figure
from kvae.plots.grids import grid, save_image

POINTS = 2000
"""Where data are points."""


def save_samples(path: Path, model, y=None) -> bool:
    """Draws samples of `model` into the file `path`, as pictures or as points; whether it has any.

    `y` holds labels for them, as many as `how_many` says. Without, every class takes its turn, or every attribute alone
    after none of them.
    """
    if not (isinstance(model, LatentModel) and POSTERIOR in model.capabilities):
        return False
    n = how_many(model)
    given = () if "y" not in model.batch_spec else (model.labels.cycle(n) if y is None else np.asarray(y),)
    x = model.sample(n, *given, seed=0)
    if len(model.data_shape) == 3:
        save_image(grid(x), path)
    else:
        _save_points(path, x.reshape(n, -1), *given)
    return True


def how_many(model) -> int:
    """Samples in the picture."""
    if len(model.data_shape) != 3:
        return POINTS
    return 64 if max(model.data_shape[:2]) <= 64 else 16


def _save_points(path: Path, x: np.ndarray, y=None) -> None:
    """A panel for each two of the first three coordinates (of one alone: against their order), coloured by the label."""
    columns = x.T[:3] if x.shape[1] > 1 else [np.arange(len(x)), x[:, 0]]
    colour = None if y is None else y if y.ndim == 1 else y @ (1 << np.arange(y.shape[1]))
    pairs = list(itertools.combinations(range(len(columns)), 2))
    figure = new_figure(3.4 * len(pairs), 3.2)
    for axes, (i, j) in zip(figure.subplots(1, len(pairs), squeeze=False)[0], pairs, strict=True):
        axes.scatter(columns[i], columns[j], c=colour, s=3, alpha=0.5, linewidths=0, cmap="coolwarm")
        axes.set(xlabel=f"x{i}", ylabel=f"x{j}")
        axes.tick_params(labelsize=7)
    save_figure(figure, path)
