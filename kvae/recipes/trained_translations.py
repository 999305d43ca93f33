"""Sheets of translations of a trained model."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kvae.capabilities import STRENGTH, TRANSLATION, TWO_WAY
from kvae.distributions.checks import check_count
from kvae.errors import ChoiceError
from kvae.images.reading import read_images
from kvae.plots.sheet import Sheet
from kvae.recipes.trained_images import TrainedImages


class TrainedTranslations(TrainedImages):
    """A trained model that draws sheets of images and translates images into images of another kind."""

    def translate(
        self,
        images: Sequence[str | os.PathLike] | None = None,
        to: str | None = None,
        *,
        n: int = 1,
        count: int = 8,
        seed: int = 0,
        strength: float | Sequence[float] = 1.0,
    ) -> Sheet:
        """Return translations: in each row an image, its translations, and what the model or the data have further.

        For a model of two domains this is the translation back into the domain of the image. For a held-out pair it is the
        target.

        Args:
            images: image files, folders or zip files; by default held-out examples.
            to: name of the domain of the translations, for a model of two domains; by default its first.
            n: number of translations of each image. Several are random, for a model that can draw them.
            count: maximum number of images.
            seed: seed of the first random translation. The next ones have the following seeds.
            strength: strength of the translation, or several strengths, for a model that shifts latent codes. The sheet
                then has a column for each of them. The translation back has the last one.
        """
        self.require(TRANSLATION)
        check_count(n, "n")
        check_count(count, "count")
        if STRENGTH not in self.model.capabilities and not np.array_equal(strength, 1.0):
            raise ChoiceError(
                f"Expected no strength, because {type(self.model).__name__} translates completely. Received: "
                f"strength={strength}."
            )
        if TWO_WAY in self.model.capabilities:
            return self._between_domains(images, to, n, count, _numbers(strength))
        if to is not None:
            raise ChoiceError(
                f"Expected no domain, because {type(self.model).__name__} has one direction. Received: to={to}."
            )
        x, *targets = self._read_images(images, count) if images else self.examples(count)
        seeds = [None] if n == 1 else range(seed, seed + n)
        translated = [self.model.translate(x, seed=each) for each in seeds]
        columns = ("image", *_numbered(n), *("target" for _ in targets))
        return self._sheet([x, *translated, *targets], columns)

    def _between_domains(
        self,
        images: Sequence[str | os.PathLike] | None,
        to: str | None,
        n: int,
        count: int,
        strengths: Sequence[float],
    ) -> Sheet:
        domains = self.model.domains
        to = domains[0] if to is None else to
        if to not in domains:
            raise ChoiceError(f"Expected a domain of {self.name}: {', '.join(domains)}. Received: to={to}.")
        if n > 1:
            raise ChoiceError(f"Expected n=1: {type(self.model).__name__} has one translation for each image.")
        other = 1 - domains.index(to)
        if images:
            (x,) = self._read_images(images, count)
        else:
            x = self.images_of(domains[other], count)
        has_strength = STRENGTH in self.model.capabilities
        options = [{"strength": strength} if has_strength else {} for strength in strengths]
        translated = [self.model.translate(x, other, **each) for each in options]
        names = [to] if len(strengths) == 1 else [f"{to}, {strength:g}" for strength in strengths]
        back = self.model.translate_back(x, other, **options[-1])
        return self._sheet([x, *translated, back], (domains[other], *names, f"{domains[other]} again"))

    def _read_images(self, paths: Sequence[str | os.PathLike], count: int) -> tuple[np.ndarray]:
        return (read_images(map(Path, paths), self.model.data_shape, count),)

    def _sheet(self, arrays: Sequence[np.ndarray], columns: Sequence[str]) -> Sheet:
        """Return a sheet whose columns are arrays of images (N, H, W, C), grey images as RGB next to those with color."""
        channels = max(array.shape[-1] for array in arrays)
        arrays = [np.broadcast_to(array, (*array.shape[:-1], channels)) for array in arrays]
        return Sheet(np.stack(arrays, axis=1), columns=columns, count=len(arrays[0]), facts=self.facts)


def _numbers(strength: float | Sequence[float]) -> list[float]:
    """Return one strength or several as a list."""
    strengths = np.atleast_1d(strength).tolist()
    if not strengths:
        raise ChoiceError("Expected one strength or more. Received: strength=[].")
    return strengths


def _numbered(n: int) -> list[str]:
    """Return the headings of `n` translations."""
    return ["translation"] if n == 1 else [f"translation {number}" for number in range(1, n + 1)]
