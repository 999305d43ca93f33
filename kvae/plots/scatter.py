"""Scatter plots of codes, coloured by their labels."""

from pathlib import Path

import numpy as np

from kvae.evaluation.codes import sampled_codes_and_labels
from kvae.evaluation.label_divergence import divergence
from kvae.evaluation.label_leakage import leakage
from kvae.plots.figure import new_figure, save_figure

POINTS = 3000
"""Codes on a plane at most."""


def save_planes(path: Path, model, batches, seed: int = 0) -> None:
    """Codes z ~ q(z|x) of held-out examples, a panel for each part of the code and each label (a column and a row),
    with the part's divergence and leakage in its title. Of a part with more than two units: its two principal components.
    """
    figures = {**divergence(model, batches, seed=seed), **leakage(model, batches, seed=seed)}
    codes, labels = sampled_codes_and_labels(model, batches, seed)
    names = batches.names if len(batches.names) == len(labels) else [str(i) for i in range(len(labels))]
    figure = new_figure(3.4 * len(codes), 3.2 * len(labels))
    panels = figure.subplots(len(labels), len(codes), squeeze=False)
    for row, (y, name) in enumerate(zip(labels, names, strict=True)):
        for axes, (part, z) in zip(panels[row], codes.items(), strict=True):
            plane = two(z)[:POINTS]
            for value, colour in ((0, "C0"), (1, "C3")):
                axes.scatter(
                    *plane[y[:POINTS] == value].T, s=3, alpha=0.5, linewidths=0, color=colour, label=f"{value}"
                )
            title = f"{part}: {figures[f'divergence.{part}']:.2f} nats, AUC {figures[f'leakage.{part}']:.2f}"
            axes.set_title(title if len(labels) == 1 else f"{name}, {title}", fontsize=9)
            axes.tick_params(labelsize=7)
            axes.legend(fontsize=6, title="label", title_fontsize=6)
    save_figure(figure, path)


def two(z: np.ndarray) -> np.ndarray:
    """Codes (N, D) as points of a plane."""
    if z.shape[1] == 1:
        return np.stack([z[:, 0], np.zeros(len(z))], axis=1)
    if z.shape[1] == 2:
        return z
    from sklearn.decomposition import PCA

    return PCA(2).fit_transform(z)
