"""A callback that saves translations while a model trains."""

from pathlib import Path

import keras
import numpy as np

from kvae.plots.grids import grid_of_pairs, save_image

TRANSLATED = 32
"""Number of images in one file, each above its translation."""


class SaveTranslations(keras.callbacks.Callback):
    """A callback that saves the same images above their translations every few epochs, and after the last one.

    Args:
        folder: folder of the files.
        x: images. Those that are saved are spread evenly over them, because data may be sorted by domain.
        domains: the domain of each image, for a model of two domains, or None.
        every: number of epochs from one file to the next.
    """

    def __init__(self, folder: Path, x: np.ndarray, domains: np.ndarray | None = None, every: int = 1):
        super().__init__()
        self.folder, self.every = folder, every
        rows = np.linspace(0, len(x) - 1, min(TRANSLATED, len(x))).astype(int)
        self.x, self.domains = x[rows], () if domains is None else (domains[rows],)

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every == 0 or epoch + 1 == self.params["epochs"]:
            page = grid_of_pairs(self.x, self.model.translate(self.x, *self.domains))
            save_image(page, self.folder / f"epoch-{epoch + 1:04d}-translations.png")
