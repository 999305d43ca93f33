"""A trained model that translates images, as the explorer shows it."""

import os

import numpy as np

from kvae.capabilities import POSTERIOR, STRENGTH, TRANSLATION, TWO_WAY
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
        self.domains = trained.model.domains if TWO_WAY in trained.model.capabilities else ()
        self.has_strength = STRENGTH in trained.model.capabilities
        draws = POSTERIOR in trained.model.capabilities and not self.domains
        self._n = DRAWN if draws else 1

    def translations(
        self, path: str | os.PathLike, to: str | None = None, strength: float = 1.0
    ) -> list[tuple[str, np.ndarray]]:
        """Return (caption, image) of the user's own image in the file `path` and of its translations, (H, W, C) each.

        Args:
            path: the file.
            to: domain of the translations, for a model of two domains; by default its first.
            strength: strength of the translations, for a model that has one.
        """
        sheet = self.trained.translate([path], to, n=self._n, strength=strength)
        return list(zip(sheet.columns, sheet.images[0], strict=True))
