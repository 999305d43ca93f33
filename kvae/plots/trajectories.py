"""Trajectories through latent space along the years, and their plots."""

from pathlib import Path

import numpy as np

from kvae.capabilities import LABELS
from kvae.evaluation.codes import codes_and_years
from kvae.evaluation.labels import class_names
from kvae.evaluation.timeline import MIN_DATED
from kvae.plots.figure import new_figure, save_figure
from kvae.plots.grids import grid

STEPS = 9
"""Number of points of a trajectory."""

BANDWIDTH = 4.0
"""Standard deviation in years of the weights of the training examples."""


class Trajectories:
    """A trajectory of mean codes along the years for each class with `MIN_DATED` dated training examples or more.

        z(t) = Σ_i w_i z_i / Σ_i w_i          w_i = exp(−(t − t_i)² / 2h²),   h = `BANDWIDTH` years

    The sums are over the training examples i of the class that have a year t_i. `classes` holds the names of the
    classes by number. Codes are vectors (N, D), flattened if the codes of the model have another shape.
    """

    def __init__(self, model, batches, training):
        self.model = model
        self.training, self.held_out = codes_and_years(model, training), codes_and_years(model, batches)
        y = self.training[2]
        numbers = [] if y is None else [c for c in np.unique(y) if c >= 0 and np.sum(y == c) >= MIN_DATED]
        self.classes = dict(zip(numbers, class_names(batches, numbers), strict=True))

    def of(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return years (T,), from the 5 % to the 95 % quantile of a class, and codes (T, D) of its trajectory."""
        _, years, y = self.training
        first, last = np.quantile(years[y == number], (0.05, 0.95))
        times = np.linspace(first, last, STEPS)
        return times, self.at(number, times)

    def at(self, number: int, times: np.ndarray) -> np.ndarray:
        """Return z(t) of a class at times (T,): (T, D)."""
        z, years, y = self.training
        z, years = z[y == number], years[y == number]
        exponent = -np.square((np.asarray(times)[:, None] - years) / BANDWIDTH) / 2  # (T, N)
        weight = np.exp(exponent - exponent.max(axis=1, keepdims=True))  # no underflow at times far from every year
        return weight @ z / weight.sum(axis=1, keepdims=True)

    def save(self, path: Path, number: int, seed: int = 0) -> None:
        """Draw the trajectory of a class on the plane of the two principal components of its training codes.

        For images, the decoded trajectory is shown below. Two further rows show the first two dated held-out examples
        moved along the trajectory: decode(z + z(t) − z(t_0)), where t_0 is the year of the example.
        """
        times, trajectory = self.of(number)
        images = len(self.model.data_shape) == 3
        figure = new_figure(8.0, 3.6 + (2.9 if images else 0))
        plane, *below = figure.subplots(1 + images, 1, height_ratios=[3.6, 2.9][: 1 + images], squeeze=False)[:, 0]
        self._draw_plane(figure, plane, number, times, trajectory, seed)
        if images:
            rows = [trajectory, *self._moved(number, trajectory)]
            below[0].imshow(grid(self._decode(np.concatenate(rows).astype("float32"), number), STEPS))
            below[0].set_title(
                f"decoded, {times[0]:.0f} to {times[-1]:.0f}: the trajectory, then held-out examples moved along it",
                fontsize=8,
            )
            below[0].set_axis_off()
        save_figure(figure, path)

    def _draw_plane(self, figure, axes, number: int, times, trajectory, seed: int) -> None:
        from sklearn.decomposition import PCA

        z, years, y = self.training
        members = y == number
        components = PCA(min(2, z.shape[1]), random_state=seed).fit(z[members])
        dots = axes.scatter(
            *_padded(components.transform(z[members])).T, c=years[members], s=8, alpha=0.6, linewidths=0
        )
        line = _padded(components.transform(trajectory))
        axes.plot(*line.T, color="black", linewidth=1, marker="o", markersize=3)
        for i in (0, STEPS // 2, STEPS - 1):
            axes.annotate(f"{times[i]:.0f}", line[i], fontsize=7, xytext=(3, 3), textcoords="offset points")
        figure.colorbar(dots, ax=axes).ax.tick_params(labelsize=7)
        axes.set_title(f"{self.classes[number]}: {np.sum(members)} dated training examples", fontsize=9)
        axes.tick_params(labelsize=7)

    def _moved(self, number: int, trajectory: np.ndarray) -> list[np.ndarray]:
        """Return, for the first two dated held-out examples of the class, the codes (T, D) along the trajectory."""
        z, years, y = self.held_out
        members = np.flatnonzero(y == number)[:2]
        return [z[i] + trajectory - self.at(number, years[i : i + 1]) for i in members]

    def _decode(self, z: np.ndarray, number: int) -> np.ndarray:
        """Return decoded codes (N, D). If the decoder needs labels, they have this class."""
        model = self.model
        needs_labels = LABELS in model.capabilities and not model.decodes_without_labels
        given = (np.full(len(z), number, "int32"),) if needs_labels else ()
        return model.decode(z.reshape(-1, *model.latent_shape), *given)  # (N, D) -> (N, *latent_shape)


def _padded(points: np.ndarray) -> np.ndarray:
    """Return points (N, 1) or (N, 2) as points of a plane (N, 2)."""
    return np.pad(points, ((0, 0), (0, 2 - points.shape[1])))
