"""Scatter plots of latent codes, coloured by their labels."""

from pathlib import Path

import numpy as np

from kvae.evaluation.codes import sampled_codes_and_labels
from kvae.evaluation.label_divergence import divergence
from kvae.evaluation.label_leakage import leakage
from kvae.evaluation.labels import label_names
from kvae.plots.figure import new_figure, save_figure

POINTS = 3000
"""Maximum number of codes in a panel."""


def save_planes(path: Path, model, batches, seed: int = 0) -> None:
    """Draw codes z ~ q(z|x) of held-out examples on planes, coloured by a label.

    There is a column of panels for each part of the latent code, and a row for each label. The title of a panel states
    the metrics divergence and leakage of the part, which are means over all labels. A part with more than two units is
    projected on its two principal components.

    Raises:
        NotApplicable: the model has no posterior, or the data have no labels or too few examples of a label.
    """
    metrics = {**divergence(model, batches, seed=seed), **leakage(model, batches, seed=seed)}
    codes, labels = sampled_codes_and_labels(model, batches, seed)
    names = label_names(batches, len(labels))
    figure = new_figure(3.4 * len(codes), 3.2 * len(labels))
    panels = figure.subplots(len(labels), len(codes), squeeze=False)
    for row, (y, name) in enumerate(zip(labels, names, strict=True)):
        for axes, (part, z) in zip(panels[row], codes.items(), strict=True):
            plane = to_plane(z)[:POINTS]
            for value, color in ((0, "C0"), (1, "C3")):
                axes.scatter(*plane[y[:POINTS] == value].T, s=3, alpha=0.5, linewidths=0, color=color, label=f"{value}")
            title = f"{part}: {metrics[f'divergence.{part}']:.2f} nats, AUC {metrics[f'leakage.{part}']:.2f}"
            axes.set_title(title if len(labels) == 1 else f"{name}, {title}", fontsize=9)
            axes.tick_params(labelsize=7)
            axes.legend(fontsize=6, title="label", title_fontsize=6)
    save_figure(figure, path)


def to_plane(z: np.ndarray) -> np.ndarray:
    """Return codes (N, D) as points of a plane (N, 2): by two principal components if D > 2, padded by 0 if D = 1."""
    if z.shape[1] == 1:
        return np.stack([z[:, 0], np.zeros(len(z))], axis=1)
    if z.shape[1] == 2:
        return z
    from sklearn.decomposition import PCA

    return PCA(2).fit_transform(z)
