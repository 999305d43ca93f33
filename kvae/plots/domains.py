"""Pictures of what codes say of the modes of the data: a map, two matrices, a way through time."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from kvae.evaluation.attribution import CONFUSION
from kvae.evaluation.batches import examples
from kvae.evaluation.codes import codes_and_classes, codes_and_years
from kvae.evaluation.cross_encoding import CROSSED
from kvae.evaluation.labels import class_names, classes_of
from kvae.evaluation.timeline import FEWEST
from kvae.plots.comparison import COLORS
from kvae.plots.figure import new_figure, save_figure
from kvae.plots.grids import grid
from kvae.plots.scatter import POINTS, two

EACH = 2
"""Examples of a class in the grid of cross-encoding."""

STEPS = 9
"""Pictures along a way through time."""

BANDWIDTH = 4.0
"""Years within which examples count as of the same time: the standard deviation of their weights."""


def save_pictures(folder: Path, model, batches, figures: Mapping, training=None, seed: int = 0) -> list[Path]:
    """Draws what belongs to `figures`, which `evaluate` has computed of the same model and batches, and returns the files.

    latent-map.png for a separation, attribution.png, cross-encoding.png, and a timeline-<Name>.png for each class that has
    a time-line; this one takes the `training` examples too.
    """
    drawn = []

    def place(name: str) -> Path:
        drawn.append(folder / f"{name}.png")
        return drawn[-1]

    if "separation.silhouette" in figures:
        save_map(place("latent-map"), model, batches, seed)
    if "attribution.accuracy" in figures:
        save_confusion(place("attribution"), figures)
    if "cross_encoding.own" in figures:
        save_crossed(place("cross-encoding"), model, batches, figures)
    if "timeline.mae" in figures:
        ways = Trajectories(model, batches, training)
        for number, name in ways.classes.items():
            ways.save(place(f"timeline-{name}"), number, seed)
    return drawn


def save_map(path: Path, model, batches, seed: int = 0) -> None:
    """Codes of the examples on a plane, coloured by class: by their two principal components, and by t-SNE (van der Maaten
    and Hinton 2008), which keeps neighbours together and says nothing of distances."""
    from sklearn.manifold import TSNE

    z, y = codes_and_classes(model, batches)
    rows = np.sort(np.random.default_rng(seed).permutation(len(z))[:POINTS])
    z, y = z[rows], y[rows]
    perplexity = min(30.0, (len(z) - 1) / 3)
    planes = {
        "principal components": two(z),
        "t-SNE": TSNE(2, perplexity=perplexity, init="random", random_state=seed).fit_transform(z),
    }
    figure = new_figure(9.6, 4.6)
    panels = figure.subplots(1, 2)
    numbers = np.unique(y)
    for axes, (title, plane) in zip(panels, planes.items(), strict=True):
        for i, (number, name) in enumerate(zip(numbers, class_names(batches, numbers), strict=True)):
            axes.scatter(*plane[y == number].T, s=8, alpha=0.7, linewidths=0, color=COLORS[i % len(COLORS)], label=name)
        axes.set_title(title, fontsize=9)
        axes.set(xticks=[], yticks=[])
    figure.legend(
        *panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=6, fontsize=7, frameon=False
    )
    save_figure(figure, path)


def save_confusion(path: Path, figures: Mapping) -> None:
    """The confusion matrix among the `figures` of an attribution: counts, coloured by their share of the row."""
    names, rows = _matrix(figures, CONFUSION)
    figure = new_figure(1.6 + 0.75 * len(names), 1.2 + 0.6 * len(names))
    axes = figure.subplots()
    share = rows / np.maximum(rows.sum(axis=1, keepdims=True), 1)
    _heat(axes, share, rows.astype(int), names, names, lowest=0, highest=1)
    axes.set_xlabel("nearest cluster", fontsize=8)
    axes.set_ylabel("class", fontsize=8)
    axes.set_title(
        f"accuracy {figures['attribution.accuracy']:.3f}, largest class {figures['attribution.majority_baseline']:.3f}",
        fontsize=9,
    )
    save_figure(figure, path)


def save_crossed(path: Path, model, batches, figures: Mapping) -> None:
    """Examples of every class through every encoder, and the matrix of the mean errors among the `figures`."""
    names, rows = _matrix(figures, CROSSED)
    pictured = len(model.data_shape) == 3
    columns = len(model.modes)
    side = 0.8
    heights = [1.4 + 0.32 * len(names), *([side * EACH * len(names) + 0.6] if pictured else [])]
    figure = new_figure(max(4.2, 1.8 + side * (columns + 1)), sum(heights))
    matrix, *below = figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    _heat(matrix, rows, np.round(rows, 3), names, list(model.modes))
    matrix.set_title("mean |x − x̂| of a class (row) through an encoder (column)", fontsize=8)
    if pictured:
        shown = _first_of_each(batches)
        crossed = model.encode_each(shown)  # (N, P, D)
        decoded = model.decode(crossed.reshape(-1, crossed.shape[-1])).reshape(*crossed.shape[:2], *shown.shape[1:])
        sheet = np.concatenate([shown[:, None], decoded], axis=1)  # an example and what encoders make of it: a row
        below[0].imshow(grid(sheet.reshape(-1, *shown.shape[1:]), columns + 1))
        below[0].set_title(f"x, then through: {', '.join(model.modes)}", fontsize=7)
        below[0].set_axis_off()
    save_figure(figure, path)


class Trajectories:
    """Ways through latent space along the years, one for each class that has a time-line.

        z(t) = Σ_i w_i z_i / Σ_i w_i          w_i = exp(−(t − t_i)² / 2h²),   h = `BANDWIDTH` years

    over the dated training examples i of the class. `classes` are their names by number.
    """

    def __init__(self, model, batches, training):
        self.model, self.batches = model, batches
        self.known, self.held_out = codes_and_years(model, training), codes_and_years(model, batches)
        y = self.known[2]
        numbers = [] if y is None else [c for c in np.unique(y) if c >= 0 and np.sum(y == c) >= FEWEST]
        self.classes = dict(zip(numbers, class_names(batches, numbers), strict=True))

    def of(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Years (T,) and codes (T, D) along the way of a class, from its fifth to its last-but-fifth hundredth year."""
        z, years, y = self.known
        z, years = z[y == number], years[y == number]
        times = np.linspace(*np.quantile(years, (0.05, 0.95)), STEPS)
        return times, self.at(number, times)

    def at(self, number: int, times: np.ndarray) -> np.ndarray:
        """z(t) of times (T,): (T, D)."""
        z, years, y = self.known
        z, years = z[y == number], years[y == number]
        away = -np.square((np.asarray(times)[:, None] - years) / BANDWIDTH) / 2
        weight = np.exp(away - away.max(axis=1, keepdims=True))  # far from every year the nearest decides
        return weight @ z / weight.sum(axis=1, keepdims=True)

    def save(self, path: Path, number: int, seed: int = 0) -> None:
        """The way of a class: on the plane of its codes' principal components, decoded, and, below, the first held-out
        examples that are dated, moved along it: decode(z + z(t) − z(t_0)) with t_0 the year of the example."""
        from sklearn.decomposition import PCA

        z, years, y = self.known
        mine = y == number
        times, way = self.of(number)
        pictured = len(self.model.data_shape) == 3
        figure = new_figure(8.0, 3.6 + (2.9 if pictured else 0))
        plane, *below = figure.subplots(1 + pictured, 1, height_ratios=[3.6, 2.9][: 1 + pictured], squeeze=False)[:, 0]
        axes = PCA(min(2, z.shape[1]), random_state=seed).fit(z[mine])
        dots = plane.scatter(*_flat(axes.transform(z[mine])).T, c=years[mine], s=8, alpha=0.6, linewidths=0)
        line = _flat(axes.transform(way))
        plane.plot(*line.T, color="black", linewidth=1, marker="o", markersize=3)
        for at in (0, STEPS // 2, STEPS - 1):
            plane.annotate(f"{times[at]:.0f}", line[at], fontsize=7, xytext=(3, 3), textcoords="offset points")
        figure.colorbar(dots, ax=plane).ax.tick_params(labelsize=7)
        plane.set_title(f"{self.classes[number]}: {mine.sum()} dated training examples", fontsize=9)
        plane.tick_params(labelsize=7)
        if pictured:
            rows = [way, *self._moved(number, times, way)]
            pictures = self._decode(np.concatenate(rows).astype("float32"), number)
            below[0].imshow(grid(pictures, STEPS))
            below[0].set_title(
                f"decoded, {times[0]:.0f} to {times[-1]:.0f}: the way itself, then held-out examples moved along it",
                fontsize=8,
            )
            below[0].set_axis_off()
        save_figure(figure, path)

    def _moved(self, number, times, way) -> list[np.ndarray]:
        """Codes (T, D) of each of the first two held-out examples of the class as they would be at each time."""
        z, years, y = self.held_out
        mine = np.flatnonzero(y == number)[:2]
        return [z[i] + way - self.at(number, years[i : i + 1]) for i in mine]

    def _decode(self, z, number):
        model = self.model
        given = (
            () if "y" not in model.batch_spec or model.decodes_without_labels else (np.full(len(z), number, "int32"),)
        )
        return model.decode(z, *given)


def _matrix(figures: Mapping, prefix: str) -> tuple[list[str], np.ndarray]:
    """Names and rows of the matrix whose rows are `figures` with this prefix."""
    rows = {name.removeprefix(prefix): row for name, row in figures.items() if name.startswith(prefix)}
    return list(rows), np.array(list(rows.values()))


def _heat(
    axes, colour: np.ndarray, text: np.ndarray, rows: Sequence[str], columns: Sequence[str], lowest=None, highest=None
):
    """A matrix with numbers in its cells, the darker the larger."""
    drawn = axes.imshow(colour, cmap="Blues", vmin=lowest, vmax=highest, aspect="auto")
    for (i, j), value in np.ndenumerate(text):
        dark = drawn.norm(colour[i, j]) > 0.6
        axes.text(j, i, f"{value:g}", ha="center", va="center", fontsize=7, color="white" if dark else "black")
    axes.set_xticks(range(len(columns)), columns, fontsize=6, rotation=20, ha="right")
    axes.set_yticks(range(len(rows)), rows, fontsize=7)


def _first_of_each(batches) -> np.ndarray:
    """The first `EACH` examples of every class, class by class."""
    classes, found, start = classes_of(batches), {}, 0
    for x, *_ in examples(batches):
        for one, number in zip(x, classes[start : start + len(x)], strict=True):
            if number >= 0 and len(found.setdefault(number, [])) < EACH:
                found[number].append(one)
        start += len(x)
    return np.stack([one for number in sorted(found) for one in found[number]])


def _flat(points: np.ndarray) -> np.ndarray:
    """Points (N, 1) or (N, 2) on a plane."""
    return np.pad(points, ((0, 0), (0, 2 - points.shape[1])))
