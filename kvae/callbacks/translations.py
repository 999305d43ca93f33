"""A callback that saves translations while a model trains."""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from kvae.capabilities import LABELS
from kvae.plots.grids import grid_of_pairs, save_image

TRANSLATED = 32
"""Number of images in one file, each above its translation."""


class SaveTranslations(keras.callbacks.Callback):
    """A callback that saves the same images above their translations every few epochs, and after the last one.

    Args:
        folder: folder of the files.
        data: examples (x,) or (x, y). The images are spread evenly over them, because data may be sorted by domain.
        every: number of epochs from one file to the next.
    """

    def __init__(self, folder: Path, data: Sequence[np.ndarray], every: int = 1):
        super().__init__()
        self.folder, self.every = folder, every
        rows = np.linspace(0, len(data[0]) - 1, min(TRANSLATED, len(data[0]))).astype(int)
        self.x, *self.y = (array[rows] for array in data)

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every == 0 or epoch + 1 == self.params["epochs"]:
            domains = self.y if LABELS in self.model.capabilities else ()
            page = grid_of_pairs(self.x, self.model.translate(self.x, *domains))
            save_image(page, self.folder / f"epoch-{epoch + 1:04d}-translations.png")
