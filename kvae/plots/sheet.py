"""Results that can be saved as image files: tables of images (`Sheet`) and samples of a model (`Samples`)."""

import dataclasses
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from kvae.errors import UserError
from kvae.plots.grids import grid, save_animation, save_image, save_images, table


@dataclasses.dataclass(frozen=True, eq=False)
class Sheet:
    """A table of images in [0, 1].

    Args:
        images: images by row and column (R, C, H, W, channels).
        rows: meaning of each row, such as the number of a latent unit.
        columns: meaning of each column, such as the weight of a blend.
        frames: tables of images (R', C', H, W, channels) that an animation shows one after another. By default, each
            column of `images` is a frame, in a nearly square table.
        metrics: named values that were computed from the images.
        count: number of examples that the sheet was made from.
    """

    images: np.ndarray
    rows: Sequence = ()
    columns: Sequence = ()
    frames: Sequence[np.ndarray] | None = None
    metrics: Mapping[str, float] = dataclasses.field(default_factory=dict)
    count: int = 1

    def save(self, path: str | os.PathLike) -> Path:
        """Save the sheet as an image (.png), or its frames as an animation (.gif), and return the path."""
        path = Path(path)
        if path.suffix not in (".png", ".gif"):
            raise UserError(f"Expected a file *.png or *.gif. Received: path={path}.")
        if path.suffix == ".png":
            save_image(_to_grid(self.images), path)
        else:
            save_animation([_to_grid(frame) for frame in self._frames()], path)
        return path

    def _frames(self) -> Sequence[np.ndarray]:
        if self.frames is not None:
            return self.frames
        return [table(self.images[:, column]) for column in range(self.images.shape[1])]


@dataclasses.dataclass(frozen=True, eq=False)
class Samples:
    """Samples of a model.

    Args:
        x: images in [0, 1] (N, H, W, C), or points (N, D).
        y: labels with which the samples were drawn, or None.
    """

    x: np.ndarray
    y: np.ndarray | None = None

    def save(self, path: str | os.PathLike) -> Path:
        """Save one grid (.png), the arrays x and y (.npz) or a folder of image files, and return the path."""
        path = Path(path)
        if path.suffix not in (".png", ".npz", ""):
            raise UserError(f"Expected a file *.png or *.npz, or a folder. Received: path={path}.")
        save_images(path, self.x, self.y)
        return path


def _to_grid(images: np.ndarray):
    """Return a table of images (R, C, …) as one image."""
    return grid(images.reshape(-1, *images.shape[2:]), images.shape[1])
