"""Sheets of images of a trained model."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from kvae.capabilities import DECODER, LABELS
from kvae.distributions.checks import check_count
from kvae.errors import ChoiceError, UserError
from kvae.latent.blending import DARK, blend, brightness, mean_probabilities, negation
from kvae.latent.interpolation import interpolate
from kvae.latent.transfer import predict_labels, restyle, rows_to_change, transfer_steps
from kvae.latent.traversal import center_and_scale, check_units, informative_units, standard_units, traverse
from kvae.plots.grids import table, table_of_pairs
from kvae.plots.sheet import Sheet
from kvae.recipes.classifier import open_classifier
from kvae.recipes.label_names import Named, as_pairs, as_text
from kvae.recipes.trained_data import TrainedData
from kvae.recipes.trained_samples import TrainedSamples

CODES = 1000
"""Number of held-out examples whose latent codes give the mean and standard deviation of units in `traverse`."""

CANDIDATES = 2000
"""Number of held-out examples among which `transfer` looks for examples to change."""

PAIRS_SHOWN = 12
"""Number of pairs in a sheet of `blend` with several weights."""


class TrainedImages(TrainedSamples):
    """A trained model that draws samples and sheets of images."""

    def reconstruct(
        self,
        images: Sequence[str | os.PathLike] | None = None,
        n: int = 32,
        labels: Named = None,
        *,
        columns: int = 8,
    ) -> Sheet:
        """Return images above their reconstructions, and the errors `mse` and `mae` per dimension, with data in [0, 1].

        Args:
            images: image files, folders or zip files; by default held-out examples.
            n: maximum number of images.
            labels: all labels of `images`, for a model that takes labels.
            columns: number of images next to each other.
        """
        self.require_images()
        check_count(n, "n")
        check_count(columns, "columns")
        if images:
            condition = self.condition_of_files(1, labels)
            x = self.read(images, n)
            condition = [np.repeat(y, len(x), axis=0) for y in condition]
        else:
            x, *condition = self.examples(n)
        x_hat = self.model.reconstruct(x, *condition)
        metrics = {"mse": float(np.mean((x - x_hat) ** 2)), "mae": float(np.mean(np.abs(x - x_hat)))}
        table, title = table_of_pairs(x, x_hat, columns), "each image above its reconstruction"
        return Sheet(table, metrics=metrics, count=len(x), title=title, facts=self.facts)

    def traverse(
        self,
        start: int | str | os.PathLike | None = None,
        units: Sequence[int] | None = None,
        *,
        n: int = 8,
        steps: int = 11,
        span: float = 3.0,
    ) -> Sheet:
        """Return images in which one latent unit at a time changes, with a row for each unit.

        The unit takes values from its mean − `span` to its mean + `span` standard deviations. The mean is 0 and the
        standard deviation 1 for a unit with the prior N(0, 1). For another unit both are measured on held-out examples.

        Args:
            start: number of a held-out example, or an image file, whose latent code gives the values of the other units;
                by default the mean latent code, or example 0 for a model that takes labels.
            units: numbers of the units along the flattened latent code; by default the `n` most informative units, whose
                posterior means vary most from example to example.
            n: number of units if `units` are not given.
            steps: number of images in a row.
            span: largest distance of the unit from its mean, in standard deviations.
        """
        self.require_images()
        check_count(n, "n")
        check_count(steps, "steps", 2)
        model = self.model
        check_units(units or (), int(np.prod(model.latent_shape)))
        if start is None and LABELS in model.capabilities:
            start = 0
        x, *condition = (None,) if start is None else self.pick(start)
        standard = standard_units(model, *condition)
        needs_codes = not (units and standard.all())
        codes: Any = model.encode(*self.examples(CODES)) if needs_codes else None
        units = list(units or informative_units(codes, n))
        mean, std = center_and_scale(standard, codes)
        offsets = np.linspace(-span, span, steps)
        values = mean.reshape(-1)[units, None] + std.reshape(-1)[units, None] * offsets  # (U, V)
        z = mean if x is None else model.encode(x, *condition)[0]
        images = traverse(model, z, units, values, *condition)
        title = "latent unit, and its distance from its mean in σ"
        return Sheet(images, rows=units, columns=offsets.tolist(), title=title, facts=self.facts)

    def interpolate(
        self,
        a: int | str | os.PathLike = 0,
        b: int | str | os.PathLike = 1,
        *,
        steps: int = 11,
        labels: Named = None,
        spherical: bool = False,
    ) -> Sheet:
        """Return the interpolation from image `a` to image `b`: in latent space above, in pixels below.

        Args:
            a, b: numbers of held-out examples, or image files.
            steps: number of images, both ends included.
            labels: labels of all images, for a model that takes labels. Labels that are not given go from those of `a`
                to those of `b`, as the latent codes do.
            spherical: True to interpolate latent codes spherically, which keeps their length.
        """
        check_count(steps, "steps", 2)
        x, *condition = self.pick(a, b)
        new = self.condition(2, labels, *condition) if as_pairs(labels) else ()
        alphas = np.linspace(0, 1, steps)
        (new_y,) = new or (None,)
        images = np.stack(interpolate(self.model, x, alphas, *condition, new_y=new_y, spherical=spherical))
        title, rows = f"from {a} (0) to {b} (1)", ("latent", "pixels")
        return Sheet(images, rows, alphas.tolist(), count=2, title=title, facts=self.facts)

    def transfer(
        self,
        labels: Named,
        images: Sequence[str | os.PathLike] | None = None,
        *,
        n: int = 8,
        steps: int = 5,
        classifier: str | os.PathLike | TrainedData | None = None,
    ) -> Sheet:
        """Return images with other labels: in each row an image, its reconstruction, and the steps to the new labels.

        Args:
            labels: the new labels, {"Smiling": 1} or a class.
            images: image files, folders or zip files; by default held-out examples with other labels.
            n: maximum number of images.
            steps: number of images from the reconstruction to the image with the new labels.
            classifier: a trained classifier, or its run or preset, that predicts the present labels of `images`.
        """
        self._require_labelled_images()
        check_count(n, "n")
        check_count(steps, "steps", 2)
        if images:
            x = self.read(images, n)
            y = self._predicted_labels(x, classifier)
            (new_y,) = self.condition(len(y), labels, y)
        else:
            x, y = self.batches(first=CANDIDATES, batch_size=CANDIDATES)[0]
            (new_y,) = self.condition(len(y), labels, y)
            rows = rows_to_change(y, new_y)
            if len(rows) == 0:
                raise UserError(
                    f"Expected held-out examples with other labels. Received: none in {self.default_split}."
                )
            rows = rows[np.linspace(0, len(rows) - 1, min(n, len(rows))).astype(int)]  # the data may be sorted by class
            x, y, new_y = x[rows], y[rows], new_y[rows]
        changed = transfer_steps(self.model, x, y, new_y, steps)  # (N, S, H, W, C)
        frames = [np.stack([x, changed[:, step]]) for step in range(steps)]
        images, columns = np.concatenate([x[:, None], changed], axis=1), ("x", *np.linspace(0, 1, steps).tolist())
        title = f"x, its reconstruction (0), and steps to {as_text(labels)} (1)"
        rows = self._names.captions(y, labels)
        return Sheet(images, rows, columns, frames, count=len(x), title=title, facts=self.facts)

    def restyle(self, styles: int, *, n: int = 8) -> Sheet:
        """Return held-out examples in several styles: a row for each example, a column for each style.

        The style of an image is the label part w of its latent code. The first row shows the images that give the styles.

        Args:
            styles: number of styles.
            n: number of examples that receive the styles.
        """
        self._require_labelled_images()
        check_count(styles, "styles")
        check_count(n, "n")
        x, y = self.examples(n + styles)
        styles = min(styles, len(x) - 1)
        names = self._names.captions(y)
        restyled = restyle(self.model, x[styles:], y[styles:], x[:styles], y[:styles])  # (N, S, H, W, C)
        head = np.concatenate([np.ones_like(x[:1]), x[:styles]])[None]  # a white corner, then the styles
        images = np.concatenate([head, np.concatenate([x[styles:, None], restyled], axis=1)])
        title = "first row: images that give the style; first column: images that receive it"
        rows, columns = [("", *part) if names else () for part in (names[styles:], names[:styles])]
        return Sheet(images, rows, columns, count=len(restyled), title=title, facts=self.facts)

    def blend(
        self,
        a: Named | Path | np.ndarray,
        b: Named | Path | np.ndarray,
        weights: float | Sequence[float] = 0.6,
        *,
        n: int = 64,
        negate: Literal["none", "dark", "bright"] = "none",
        classifier: str | os.PathLike | TrainedData | None = None,
    ) -> Sheet:
        """Return blends of two sets of images in latent space: decode(weight · z_a + (1 − weight) · z_b).

        The metrics of the sheet describe how the images of `b` change in brightness if their latent codes are negated
        (`kvae.latent.blending.negation`). With a classifier they also hold its mean probabilities at each weight.

        Args:
            a, b: a label of held-out examples ("horse", {"Smiling": 1}), a `Path` of images, or an array of images.
            weights: weight of the latent codes of `a`, or several weights. The sheet then has a row for each of them,
                between `a` above and `b` below.
            n: maximum number of pairs.
            negate: "dark" or "bright" negates the latent codes of the images of `b` whose centre is darker or brighter than
                0.5, "none" those of no image.
            classifier: a trained classifier, or its run or preset.
        """
        self.require_images()
        if LABELS in self.model.capabilities:
            raise UserError(
                f"Expected a model that takes no labels. Received: {self.name}, a {type(self.model).__name__}. "
                "Use transfer instead."
            )
        check_count(n, "n")
        if negate not in ("none", "dark", "bright"):
            raise ChoiceError(f"Expected none, dark or bright. Received: negate={negate}.")
        x_a, x_b = (self.images_of(each, n) for each in (a, b))
        count = min(len(x_a), len(x_b))
        x_a, x_b = x_a[:count], x_b[:count]
        dark = brightness(x_b) < DARK
        negated = {"none": None, "dark": dark, "bright": ~dark}[negate]
        single = np.ndim(weights) == 0
        weights = np.atleast_1d(weights).tolist()
        blended = blend(self.model, x_a, x_b, weights, negated)  # (W, N, …)
        metrics = negation(self.model, x_b) if count > 1 else {}
        if classifier is not None:
            opened = open_classifier(classifier)
            for weight, x in zip(weights, blended, strict=True):
                means = mean_probabilities(opened.model, opened.label_names, x)
                metrics |= {f"{name} at {weight:.2f}": mean for name, mean in means.items()}
        frames = [table(x) for x in blended]
        if single:
            title = f"{weights[0]:g} A + {1 - weights[0]:g} B"
            return Sheet(frames[0], frames=frames, metrics=metrics, count=count, title=title, facts=self.facts)
        order = np.argsort(weights)[::-1]  # A is above, B below
        images = np.concatenate([x_a[None], blended[order], x_b[None]])[:, :PAIRS_SHOWN]
        rows = ("A", *(weights[row] for row in order), "B")
        title = f"weight of A; {images.shape[1]} of {count} pairs"
        return Sheet(images, rows, (), frames, metrics, count, title, self.facts)

    # ------------------------------------------------------------------ helpers

    def _require_labelled_images(self) -> None:
        self.require(DECODER, LABELS)
        self.require_images()

    def _predicted_labels(self, x: np.ndarray, classifier) -> np.ndarray:
        if classifier is None:
            raise UserError(
                "Expected a classifier that predicts the labels of the images. Received: none. Give one, such as "
                "--classifier celeba/attribute_classifier."
            )
        opened = open_classifier(classifier)
        return predict_labels(opened.model, opened.label_names, x, self.label_names, self._names.classes)
