"""Results that can be saved as image files: tables of images (`Sheet`) and samples of a model (`Samples`)."""

import dataclasses
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from kvae.errors import UserError
from kvae.plots.captions import captioned
from kvae.plots.grids import grid, save_animation, save_image, save_images, table


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
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
        title: text above the images.
        facts: texts that a PNG file holds, such as {"model": "digits/vae"}.
    """

    images: np.ndarray
    rows: Sequence = ()
    columns: Sequence = ()
    frames: Sequence[np.ndarray] | None = None
    metrics: Mapping[str, float] = dataclasses.field(default_factory=dict)
    count: int = 1
    title: str = ""
    facts: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def __repr__(self):
        rows, columns, *shape = self.images.shape
        return f"<sheet of {rows} × {columns} images {tuple(shape)}; .save(path) writes it>"

    def save(self, path: str | os.PathLike, *, scale: int | None = None, **facts: object) -> Path:
        """Save the sheet as an image (.png), or its frames as an animation (.gif), and return the path.

        The title, the rows and the columns are written next to the images of a PNG file, the title above an animation.

        Args:
            path: the file.
            scale: factor by which images are enlarged. By default, small images become about 64 pixels tall.
            facts: further texts that a PNG file holds.
        """
        path = Path(path)
        if path.suffix not in (".png", ".gif"):
            raise UserError(f"Expected a file *.png or *.gif. Received: path={path}.")
        if path.suffix == ".png":
            save_image(self._page(scale), path, {**self.facts, **facts})
        else:
            save_animation([captioned(_to_grid(frame, scale), self.title) for frame in self._frames()], path)
        return path

    def _repr_png_(self) -> bytes | None:
        """Return the sheet as a PNG file, which a notebook shows."""
        return self._page()._repr_png_()

    def _page(self, scale: int | None = None) -> Image.Image:
        return captioned(_to_grid(self.images, scale), self.title, self.rows, self.columns)

    def _frames(self) -> Sequence[np.ndarray]:
        if self.frames is not None:
            return self.frames
        return [table(self.images[:, column]) for column in range(self.images.shape[1])]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Samples:
    """Samples of a model.

    Args:
        x: images in [0, 1] (N, H, W, C), or points (N, D).
        y: labels with which the samples were drawn, or None.
        title: text above a grid of samples.
        below: lines of text under each image of a grid, or nothing.
        facts: texts that a PNG file holds, such as {"seed": 0}.
    """

    x: np.ndarray
    y: np.ndarray | None = None
    title: str = ""
    below: Sequence[Sequence[str]] = ()
    facts: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def __repr__(self):
        return f"<{len(self.x)} samples {self.x.shape[1:]}; .save(path) writes them>"

    def save(
        self, path: str | os.PathLike, *, columns: int | None = None, scale: int | None = None, **facts: object
    ) -> Path:
        """Save one grid (.png), the arrays x and y (.npz) or a folder of image files, and return the path.

        Args:
            path: the file or folder.
            columns: number of columns of a grid; by default it is nearly square.
            scale: factor by which images are enlarged. By default, small images of a grid become about 64 pixels tall.
            facts: further texts that PNG files hold.
        """
        path = Path(path)
        if path.suffix not in (".png", ".npz", ""):
            raise UserError(f"Expected a file *.png or *.npz, or a folder. Received: path={path}.")
        texts = {**self.facts, **facts}
        save_images(path, self.x, self.y, columns=columns, scale=scale, title=self.title, below=self.below, facts=texts)
        return path

    def _repr_png_(self) -> bytes | None:
        """Return a grid of images as a PNG file, which a notebook shows; None for points."""
        if self.x.ndim != 4:
            return None
        return captioned(grid(self.x, below=self.below), self.title)._repr_png_()


def _to_grid(images: np.ndarray, scale: int | None = None):
    """Return a table of images (R, C, …) as one image."""
    return grid(images.reshape(-1, *images.shape[2:]), images.shape[1], scale)
