"""Plots of latent codes by class and year: a map, a confusion matrix, and reconstructions with every encoder."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from kvae.evaluation.attribution import CONFUSION
from kvae.evaluation.batches import examples
from kvae.evaluation.codes import codes_and_classes
from kvae.evaluation.cross_encoding import CROSSED
from kvae.evaluation.labels import class_names, classes_of
from kvae.plots.figure import COLORS, MARKERS, new_figure, save_figure
from kvae.plots.grids import grid
from kvae.plots.scatter import POINTS, to_plane
from kvae.plots.trajectories import Trajectories

EXAMPLES = 2
"""Number of examples of each class in the plot of cross-encoding."""


def save_plots(folder: Path, model, batches, metrics: Mapping, training=None, seed: int = 0) -> list[Path]:
    """Draw the plots for `metrics`, which `evaluate` computed for this model and these batches, and return the files.

    latent-map.png belongs to the metric separation, attribution.png to attribution, and cross-encoding.png to
    cross_encoding. timeline-<Name>.png belongs to timeline. There is one for each class with enough dated training
    examples (`Trajectories`), and it needs batches of the `training` examples. Matrices are drawn from the values in
    `metrics`. Plots of codes encode the examples again, because metrics hold only numbers.
    """
    saved = []

    def place(name: str) -> Path:
        saved.append(folder / f"{name}.png")
        return saved[-1]

    if "separation.silhouette" in metrics:
        save_map(place("latent-map"), model, batches, seed)
    if "attribution.accuracy" in metrics:
        save_confusion(place("attribution"), metrics)
    if "cross_encoding.own" in metrics:
        save_cross_encoding(place("cross-encoding"), model, batches, metrics)
    if "timeline.mae" in metrics:
        trajectories = Trajectories(model, batches, training)
        for number, name in trajectories.classes.items():
            trajectories.save(place(f"timeline-{name}"), number, seed)
    return saved


def save_map(path: Path, model, batches, seed: int = 0) -> None:
    """Draw the codes of the examples on two planes, coloured by class.

    One plane has the two principal components. The other is t-SNE (van der Maaten and Hinton 2008), which keeps
    neighbours together and does not preserve distances.
    """
    from sklearn.manifold import TSNE

    z, y = codes_and_classes(model, batches)
    rows = np.sort(np.random.default_rng(seed).permutation(len(z))[:POINTS])
    z, y = z[rows], y[rows]
    perplexity = min(30.0, (len(z) - 1) / 3)
    planes = {
        "principal components": to_plane(z),
        "t-SNE": TSNE(2, perplexity=perplexity, init="random", random_state=seed).fit_transform(z),
    }
    figure = new_figure(9.6, 4.6)
    panels = figure.subplots(1, 2)
    numbers = np.unique(y)
    for axes, (title, plane) in zip(panels, planes.items(), strict=True):
        for i, (number, name) in enumerate(zip(numbers, class_names(batches, numbers), strict=True)):
            color, marker = COLORS[i % len(COLORS)], MARKERS[i // len(COLORS) % len(MARKERS)]
            points = plane[y == number].T
            axes.scatter(*points, s=12, alpha=0.7, linewidths=0, color=color, marker=marker, label=name)
        axes.set_title(title, fontsize=9)
        axes.set(xticks=[], yticks=[])
    figure.legend(
        *panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=6, fontsize=7, frameon=False
    )
    save_figure(figure, path)


def save_confusion(path: Path, metrics: Mapping) -> None:
    """Draw the confusion matrix of the metric attribution. The colours show shares of a row."""
    names, rows = _matrix(metrics, CONFUSION)
    figure = new_figure(1.6 + 0.75 * len(names), 1.2 + 0.6 * len(names))
    axes = figure.subplots()
    share = rows / np.maximum(rows.sum(axis=1, keepdims=True), 1)
    _draw_matrix(axes, share, rows.astype(int), names, names, lowest=0, highest=1)
    axes.set_xlabel("nearest cluster", fontsize=8)
    axes.set_ylabel("class", fontsize=8)
    rules = {"nearest cluster": "accuracy", "likeliest cluster": "lda_accuracy", "largest class": "majority_baseline"}
    title = (f"{rule} {metrics[f'attribution.{name}']:.3f}" for rule, name in rules.items())
    axes.set_title(f"accuracy: {', '.join(title)}", fontsize=8)
    save_figure(figure, path)


def save_cross_encoding(path: Path, model, batches, metrics: Mapping) -> None:
    """Draw the matrix of errors of the metric cross_encoding and, for images, reconstructions with every encoder."""
    names, rows = _matrix(metrics, CROSSED)
    images = len(model.data_shape) == 3
    columns = len(model.domains)
    side = 0.8  # of an image, in inches
    heights = [1.4 + 0.32 * len(names), *([side * EXAMPLES * len(names) + 0.6] if images else [])]
    figure = new_figure(max(4.2, 1.8 + side * (columns + 1)), sum(heights))
    matrix, *below = figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    _draw_matrix(matrix, rows, np.round(rows, 3), names, list(model.domains))
    matrix.set_title("mean |x − x̂| of a class (row) with an encoder (column)", fontsize=8)
    if images:
        x = _first_of_each_class(batches)
        z = model.encode_each(x)  # (N, P, *latent_shape)
        decoded = model.decode(z.reshape(-1, *z.shape[2:]))  # (N · P, *latent_shape) -> (N · P, H, W, C)
        decoded = decoded.reshape(*z.shape[:2], *x.shape[1:])  # (N, P, H, W, C)
        sheet = np.concatenate([x[:, None], decoded], axis=1)  # one row: an example, then its decoded codes
        below[0].imshow(grid(sheet.reshape(-1, *x.shape[1:]), columns + 1))
        below[0].set_title(f"x, then x̂ with the encoder of: {', '.join(model.domains)}", fontsize=7)
        below[0].set_axis_off()
    save_figure(figure, path)


def _matrix(metrics: Mapping, prefix: str) -> tuple[list[str], np.ndarray]:
    """Return the names and rows of the matrix whose rows are the values with this prefix."""
    rows = {name.removeprefix(prefix): row for name, row in metrics.items() if name.startswith(prefix)}
    return list(rows), np.array(list(rows.values()))


def _draw_matrix(
    axes, shade: np.ndarray, text: np.ndarray, rows: Sequence[str], columns: Sequence[str], lowest=None, highest=None
) -> None:
    """Draw a matrix with the numbers `text` in its cells. A cell with a larger `shade` is darker."""
    drawn = axes.imshow(shade, cmap="Blues", vmin=lowest, vmax=highest, aspect="auto")
    for (i, j), value in np.ndenumerate(text):
        dark = drawn.norm(shade[i, j]) > 0.6
        axes.text(j, i, f"{value:g}", ha="center", va="center", fontsize=7, color="white" if dark else "black")
    axes.set_xticks(range(len(columns)), columns, fontsize=6, rotation=20, ha="right")
    axes.set_yticks(range(len(rows)), rows, fontsize=7)


def _first_of_each_class(batches) -> np.ndarray:
    """Return the first `EXAMPLES` examples of every class, class by class."""
    classes, found, start = classes_of(batches), {}, 0
    for x, *_ in examples(batches):
        for example, number in zip(x, classes[start : start + len(x)], strict=True):
            if number >= 0 and len(found.setdefault(number, [])) < EXAMPLES:
                found[number].append(example)
        start += len(x)
    return np.stack([example for number in sorted(found) for example in found[number]])
