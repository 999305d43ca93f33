"""A scatter plot of the trials of a search and their Pareto front."""

from collections.abc import Sequence
from pathlib import Path

from kvae.plots.figure import new_figure, save_figure


def save_front(
    path: Path,
    points: Sequence[tuple[float, float]],
    names: Sequence[str],
    front: Sequence[int],
    labels: Sequence[str],
) -> None:
    """Save a plot of all trials, with a line through the trials on the Pareto front.

    Args:
        path: file of the image.
        points: the values of two objectives for each trial.
        names: name of each trial. The plot shows the names of trials on the front.
        front: indices of the trials on the Pareto front.
        labels: labels of the two axes.
    """
    figure = new_figure(5, 4)
    axes = figure.subplots()
    axes.scatter(*zip(*points, strict=True), s=14, color="0.6", label="trials")
    axes.plot(*zip(*sorted(points[i] for i in front), strict=True), "o-", markersize=5, label="Pareto front")
    for i in front:
        axes.annotate(names[i], points[i], textcoords="offset points", xytext=(4, 4), fontsize=7)
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    axes.legend(frameon=False)
    save_figure(figure, path)
