"""A callback that saves samples and reconstructions while a model trains."""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from kvae.capabilities import POSTERIOR
from kvae.evaluation.samplers import PRIOR
from kvae.plots.grids import grid, grid_of_pairs, save_image

SAMPLES = 64
"""Number of samples in one file."""


class SaveImages(keras.callbacks.Callback):
    """A callback that saves samples and reconstructions as PNG files every few epochs, and after the last one.

    The samples use the same random numbers each time, and the reconstructions the same examples, so that a series of
    files shows how the same images become clear. Their latent codes are drawn from the prior, as the files of samples say.

    Args:
        folder: folder of the files.
        data: examples (x,) or (x, y). The first 32 are reconstructed. If the model takes labels, the samples take
            those of the data in turn.
        every: number of epochs from one set of files to the next.
        brighten: True to show faint pixels brighter.
    """

    def __init__(self, folder: Path, data: Sequence[np.ndarray], every: int = 1, brighten: bool = False):
        super().__init__()
        self.folder = folder
        self.every = every
        self.brighten = brighten
        self.x, *self.condition = (array[:32] for array in data)
        self.labels = [np.resize(array, (SAMPLES, *array.shape[1:])) for array in data[1:]]

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every == 0 or epoch + 1 == self.params["epochs"]:
            self.draw(f"epoch-{epoch + 1:04d}")

    def draw(self, name: str) -> None:
        """Save the images of the model as it is now, in files whose names begin with `name`."""
        x_hat = self.model.reconstruct(self.x, *self.condition)
        save_image(grid_of_pairs(self.x, x_hat, brighten=self.brighten), self.folder / f"{name}-reconstructions.png")
        if POSTERIOR in self.model.capabilities:
            samples = self.model.sample(SAMPLES, *self.labels, seed=0)
            page = grid(samples, 8, brighten=self.brighten)
            save_image(page, self.folder / f"{name}-samples.png", {"sampler": PRIOR})
