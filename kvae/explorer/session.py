"""A trained model with a decoder, as the explorer shows it: its latent codes, their images and its labels."""

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from keras import ops

from kvae.capabilities import DECODER, DOMAINS, LABELS
from kvae.errors import ChoiceError
from kvae.evaluation.samplers import samplers_of
from kvae.latent.interpolation import interpolate
from kvae.latent.plane import Plane
from kvae.latent.traversal import center_and_scale, informative_units, standard_units, traverse
from kvae.plots.points import PointImages
from kvae.recipes import Trained
from kvae.recipes.label_names import LabelNames

UNITS = 8
"""Largest number of latent units with a slider."""

SPAN = 3.0
"""Largest distance from the mean that sliders and maps show, in standard deviations."""

SIDE = 15
"""Number of images in a row of the map."""

STEPS = 9
"""Number of images of an interpolation, and of a traversal of one unit."""

SAMPLES = 24
"""Number of samples that are drawn at a time."""

CODES = SIDE * SIDE
"""Number of examples whose latent codes are compared. It is that of the images of the map: both share compiled code."""

EXAMPLES = "examples"
"""Name of the sampler of a model with neither a prior nor a fitted sampler. It draws codes of held-out examples."""

Labels = str | Sequence[str] | None
"""Labels that a page asks for: the name of a class, the names of the attributes that are 1, or None for no labels."""


def description(trained: Trained) -> str:
    """Return one line about a trained model: the summary on its card, or its class."""
    return trained.config.get("summary") or f"A {type(trained.model).__name__}."


@dataclasses.dataclass(frozen=True, eq=False)
class Code:
    """A latent code and the example that it represents.

    Args:
        z: the latent code (1, *latent).
        x: the example (1, …).
        condition: () or, for a model that takes labels, (y,) with the label of the decoder.
    """

    z: np.ndarray
    x: np.ndarray
    condition: tuple[np.ndarray, ...]


class LatentSession:
    """A trained model that encodes and decodes. Methods return images in [0, 1], also if the data are points.

    The most informative units, the ranges of the sliders and the map follow from the latent codes of samples of the model.
    The data set is therefore not needed, unless the model has neither a prior nor a fitted sampler. The codes are then those
    of held-out examples.

    Args:
        trained: the trained model.

    Raises:
        UserError: the model has no decoder, or it needs its data and they are missing.
    """

    def __init__(self, trained: Trained):
        trained.require(DECODER)
        self.trained, self.model = trained, trained.model
        takes_labels = LABELS in self.model.capabilities
        self.names = LabelNames.of_model(self.model.labels, trained.label_names) if takes_labels else None
        self._samplers = samplers_of(self.model, trained.sampler)
        x, *condition = self._examples()
        self.codes = self.model.encode(x, *condition)  # (N, *latent)
        self.units = informative_units(self.codes, UNITS)
        first = [y[:1] for y in condition]
        mean, std = center_and_scale(standard_units(self.model, *first), self.codes)
        self.mean, self.std = (part.reshape(-1)[self.units] for part in (mean, np.where(std > 0, std, 1)))  # (U,)
        self.default_labels = self._shown(*first)
        self.has_images = len(self.model.data_shape) == 3
        self._draw = (lambda images: images) if self.has_images else PointImages(x)

    # ------------------------------------------------------------------ choices of a page

    @property
    def samplers(self) -> tuple[str, ...]:
        """The names of the densities from which codes are drawn. The first is the fitted sampler, if there is one."""
        return tuple(reversed(self._samplers)) or (EXAMPLES,)

    @property
    def examples(self) -> str:
        """The kind of examples whose codes determine the sliders and lie on the map, with the sampler of samples."""
        return "held-out examples" if EXAMPLES in self.samplers else f"samples (sampler: {self.samplers[0]})"

    # ------------------------------------------------------------------ codes

    def drawn(self, labels: Labels = None, sampler: str | None = None, temperature: float = 1.0, seed: int = 0) -> Code:
        """Return a code that is drawn from a density, by default the first of `samplers`."""
        condition = self._condition(labels)
        z = self._codes(1, sampler, temperature, seed, *condition)
        return Code(z, self.model.likelihood.nearest(self.model.decode(z, *condition)), condition)

    def encoded(self, path: str | os.PathLike, labels: Labels = None) -> Code:
        """Return the code of the user's own image in the file `path`, which has the given labels."""
        self.trained.require_images()
        x, condition = self.trained.read([Path(path)]), self._condition(labels)
        return Code(self.model.encode(x, *condition), x, condition)

    def code(self, path: str | os.PathLike | None, labels: Labels = None, *density) -> Code:
        """Return the code of the image in the file `path` or, if it is None, a drawn one. `density` is as for `drawn`."""
        return self.drawn(labels, *density) if path is None else self.encoded(path, labels)

    def moved(self, code: Code, unit: int, value: float) -> Code:
        """Return the code with another value of one of `units`, in standard deviations from the mean."""
        z, place = code.z.reshape(1, -1).copy(), self.units.index(unit)
        z[0, unit] = self.mean[place] + value * self.std[place]
        return dataclasses.replace(code, z=z.reshape(code.z.shape))

    def relabelled(self, code: Code, labels: Labels) -> Code:
        """Return the code of the same example with other labels.

        A model with an encoder for each domain encodes the example again. Changes of single units are then lost.
        """
        (y,) = condition = self._condition(labels)
        if DOMAINS in self.model.capabilities:
            return dataclasses.replace(code, z=self.model.encode(code.x, y), condition=condition)
        z = ops.convert_to_numpy(self.model.relabel(ops.convert_to_tensor(code.z), ops.convert_to_tensor(y)))
        return dataclasses.replace(code, z=z, condition=condition)

    def values(self, code: Code) -> list[float]:
        """Return the values of `units` in standard deviations from the mean, rounded as sliders show them."""
        values = (code.z.reshape(-1)[self.units] - self.mean) / self.std
        return np.round(values.astype("float64"), 2).tolist()

    # ------------------------------------------------------------------ images

    def image(self, code: Code) -> np.ndarray:
        """Return the image that a code is decoded to: (H, W, C)."""
        return self._images(code.z, *code.condition)[0]

    def samples(
        self, n: int, labels: Labels = None, sampler: str | None = None, temperature: float = 1.0, seed: int = 0
    ) -> np.ndarray:
        """Return `n` samples with the same labels: (n, H, W, C)."""
        condition = self._condition(labels, n)
        return self._images(self._codes(n, sampler, temperature, seed, *condition), *condition)

    def interpolation(self, a: Code, b: Code, spherical: bool = False) -> np.ndarray:
        """Return the images from the example of `a` to that of `b`, in latent space and in pixels: (2, STEPS, H, W, C)."""
        pair = (np.concatenate(arrays) for arrays in zip((a.x, *a.condition), (b.x, *b.condition), strict=True))
        rows = interpolate(self.model, next(pair), np.linspace(0, 1, STEPS), *pair, spherical=spherical)
        return np.stack([self._draw(row) for row in rows])

    def traversal(self, code: Code) -> np.ndarray:
        """Return images in which one of `units` at a time takes `STEPS` values from −SPAN to SPAN: (U, STEPS, H, W, C)."""
        values = self.mean[:, None] + self.std[:, None] * np.linspace(-SPAN, SPAN, STEPS, dtype="float32")  # (U, STEPS)
        rows = traverse(self.model, code.z[0], self.units, values, *code.condition)
        return np.stack([self._draw(row) for row in rows])

    def map(self, labels: Labels = None) -> tuple[np.ndarray, np.ndarray]:
        """Return the map of the latent space, and where the codes of examples lie on it.

        Returns:
            the images of a grid of codes in the plane in which codes vary most, row by row (SIDE · SIDE, H, W, C), and the
            codes of examples in this plane in standard deviations (N, 2). The grid extends from −SPAN to SPAN.
        """
        plane = Plane.through(self.codes)
        return self._images(plane.grid(SIDE, SPAN), *self._condition(labels, SIDE * SIDE)), plane.points

    # ------------------------------------------------------------------ helpers

    def _examples(self) -> tuple[np.ndarray, ...]:
        """Return samples, or held-out examples of a model without samplers, as the model takes them: (x,) or (x, y)."""
        if EXAMPLES in self.samplers:
            return self.trained.examples(CODES)
        condition = self.trained.condition(CODES)
        z = self._codes(CODES, None, 1.0, 0, *condition)
        return self.model.likelihood.nearest(self.model.decode(z, *condition)), *condition

    def _codes(self, n: int, sampler: str | None, temperature: float, seed: int, *condition) -> np.ndarray:
        """Return `n` latent codes (n, *latent), given the labels of each."""
        name = sampler or self.samplers[0]
        if name not in self.samplers:
            raise ChoiceError(f"Expected a sampler: {', '.join(self.samplers)}. Received: sampler={name}.")
        if name != EXAMPLES:
            return self.model.sample_codes(n, seed, temperature, *condition, sampler=self._samplers[name])
        rows, mean = np.random.default_rng(seed).integers(len(self.codes), size=n), self.codes.mean(axis=0)
        return mean + temperature * (self.codes[rows] - mean)

    def _images(self, z: np.ndarray, *condition) -> np.ndarray:
        return self._draw(self.model.decode(z, *condition))

    def _condition(self, labels: Labels, n: int = 1) -> tuple[np.ndarray, ...]:
        """Return the labels of `n` examples as the model takes them: (y,), or () for a model without labels."""
        if self.names is None:
            return ()
        shown: Any = self.default_labels if labels is None else labels
        named = shown if self.names.classes else {name: name in shown for name in self.names.names}
        return self.trained.condition(n, named)

    def _shown(self, *y: np.ndarray) -> Labels:
        """Return the labels `y` of one example as a page shows them."""
        if self.names is None:
            return None
        (names,) = self.names.lines(*y)
        return names[0] if self.names.classes else names
