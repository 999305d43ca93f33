"""A trained model that translates images, as the explorer shows it."""

import os

import numpy as np

from kvae.capabilities import DOMAINS, POSTERIOR, TRANSLATION
from kvae.recipes import Trained

DRAWN = 6
"""Number of random translations of an image, by a model that can draw them."""


class TranslatorSession:
    """A trained model that translates images. The data set is not needed.

    Args:
        trained: the trained model.

    Raises:
        UserError: the model does not translate images.
    """

    def __init__(self, trained: Trained):
        trained.require(TRANSLATION)
        self.trained = trained
        self.domains = trained.model.domains if DOMAINS in trained.model.capabilities else ()
        self._n = DRAWN if POSTERIOR in trained.model.capabilities else 1

    def translations(self, path: str | os.PathLike, to: str | None = None) -> list[tuple[str, np.ndarray]]:
        """Return (caption, image) of the user's own image in the file `path` and of its translations, (H, W, C) each.

        `to` is the domain of the translations, for a model of two domains; by default its first.
        """
        sheet = self.trained.translate([path], to, n=self._n)
        return list(zip(sheet.columns, sheet.images[0], strict=True))
