"""A trained model with its recipe and the data that it was trained on."""

import functools
import logging
import math
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kvae.capabilities import CLASSIFIER, DECODER, LABELS, TRANSLATION
from kvae.data import Dataset, Split
from kvae.data.cache import rows_of_at_most
from kvae.data.npz import read_arrays
from kvae.distributions.checks import check_count, check_numbers, check_shape
from kvae.errors import ChoiceError, UserError
from kvae.images.reading import read_images
from kvae.presets import Preset
from kvae.recipes import renamed
from kvae.recipes.inputs import batches
from kvae.recipes.label_names import LabelNames, Named, as_pairs, as_text
from kvae.recipes.recipe import Recipe, Training
from kvae.recipes.registry import load_recorded
from kvae.recipes.trained_model import load_model
from kvae.recipes.trust import is_recipe_file
from kvae.runs import Run
from kvae.training.batches import Batches

logger = logging.getLogger(__name__)

_CARD = ("recipe", "parameters", "seed", "data", "backend")
"""Facts on the card of a preset that was made by a recipe."""

_MODELS = {
    CLASSIFIER: "a classifier",
    DECODER: "a model that samples and reconstructs",
    LABELS: "a model that takes labels",
    TRANSLATION: "a model that translates images",
}
"""Description of a model with each capability, for error messages."""


class TrainedData:
    """The model of a run or a preset, and its examples. Each is loaded when it is first used.

    Args:
        source: the run or the preset.
        name: name in messages; by default the path.
        settings: {name: value} of parameters of the recipe's data that differ from those of training, such as "data.path".

    Raises:
        UserError: the description of the run or the preset is incomplete, or a setting is not one of data.
    """

    def __init__(self, source: Run | Preset, name: str | None = None, settings: Mapping[str, Any] | None = None):
        self.source = source
        self.settings = dict(settings or {})
        if others := [name for name in self.settings if not name.startswith("data.")]:
            raise ChoiceError(f"Expected settings of data, such as data.path. Received: {others[0]}.")
        self.name = name or str(source.path)
        self.config: dict[str, Any] = source.config
        missing = [key for key in _CARD if self.config.get(key) is None]
        if missing:
            raise UserError(f"The card.json of {self.name} is incomplete: it lacks {', '.join(missing)}.")

    @property
    def is_preset(self) -> bool:
        """True for a preset, False for a run."""
        return isinstance(self.source, Preset)

    # ------------------------------------------------------------------ model and recipe

    @functools.cached_property
    def recipe(self) -> Recipe:
        """The recipe. That of a preset must be bundled, because a preset may come from anyone and loading a file runs it.

        That of a run may be a file that the user has named on this account.
        """
        name = self.config["recipe"]
        if self.is_preset and is_recipe_file(name):
            raise UserError(
                f"Expected a preset of a bundled recipe, to load its data. Received: {self.name}, whose recipe is the file "
                f"{name}. Files are not run for presets. Use the run that the preset was made from."
            )
        return load_recorded(name, self.name)

    @functools.cached_property
    def model(self):
        """The trained model."""
        _ = self.weights
        return load_model(self.source)

    @functools.cached_property
    def weights(self) -> str | None:
        """SHA-256 checksum of the weights of `model`, read before they are loaded."""
        return self.source.weights

    @functools.cached_property
    def _parameters(self) -> dict[str, Any]:
        return self.recipe.values_of(self.config, self.settings)

    @functools.cached_property
    def training(self) -> Training:
        """The training of the recipe, with the parameters of this run."""
        return self.recipe.training(self._parameters)

    def require(self, *capabilities: str) -> None:
        """Raise `UserError` unless the model has the capabilities (`kvae.capabilities`)."""
        if not self.model.capabilities.issuperset(capabilities):
            expected = next(_MODELS[each] for each in capabilities if each not in self.model.capabilities)
            raise UserError(f"Expected {expected}. Received: {self.name}, a {type(self.model).__name__}.")

    def require_images(self) -> None:
        """Raise `UserError` unless the model encodes and decodes images."""
        self.require(DECODER)
        if len(self.model.data_shape) != 3:
            raise UserError(
                f"Expected a model of images. Received: {self.name}, whose data have the shape {self.model.data_shape}."
            )

    # ------------------------------------------------------------------ examples

    @functools.cached_property
    def dataset(self) -> Dataset:
        """The data set."""
        with rows_of_at_most(math.prod(self.model.data_shape)):
            dataset = self.recipe.data(self._parameters)
        if dataset.fingerprint != self.config["data"].get("fingerprint"):
            if renamed.is_old(self.config):
                message = (
                    "The data in %s cannot be compared with the data that %s was trained on: kvae 0.1.0 computed another "
                    "fingerprint, and drew other random splits of folders. Held-out images may have been trained on."
                )
            else:
                message = "The data in %s differ from the data that %s was trained on."
            logger.warning(message, dataset.name, self.name)
        return dataset

    @property
    def splits(self) -> dict[str, Split]:
        """The splits of the data set by name: the test split first, then validation and train."""
        splits = {name: getattr(self.dataset, name) for name in ("test", "validation", "train")}
        return {name: split for name, split in splits.items() if split is not None}

    @property
    def default_split(self) -> str:
        """Name of the split that is used by default: test, or validation if there is no test split."""
        return next(iter(self.splits))

    def batches(self, split: str | None = None, *, batch_size: int | None = None, first: int | None = None) -> Batches:
        """Return a split in batches of (x,) or (x, y), as the model takes them.

        Args:
            split: "test", "validation" or "train"; by default the first of them that exists.
            batch_size: number of examples in a batch; by default that of training.
            first: number of examples; by default all.
        """
        if first is not None:
            check_count(first, "first")
        split = split or self.default_split
        if split not in self.splits:
            raise ChoiceError(
                f"Expected a split of {self.dataset.name}: {', '.join(self.splits)}. Received: split={split}."
            )
        return batches(self.model, self.dataset, self.splits[split][:first], self.training, batch_size=batch_size)

    def examples(self, n: int) -> tuple[np.ndarray, ...]:
        """Return the first `n` held-out examples as the model takes them: (x,) or (x, y)."""
        return self.batches(batch_size=n)[0]

    def pick(self, *images: int | str | os.PathLike) -> tuple[np.ndarray, ...]:
        """Return N images (N, H, W, C) as the model takes them: (x,) or (x, y).

        Args:
            images: for each image the number of a held-out example or, for a model without labels, the path of a file.
        """
        self.require_images()
        for image in images:
            if not isinstance(image, int) and LABELS in self.model.capabilities:
                raise UserError(
                    "Expected the number of a held-out example, whose labels are known, because "
                    f"{type(self.model).__name__} takes labels. Received: {image}."
                )
        return tuple(np.stack(arrays) for arrays in zip(*map(self._pick, images), strict=True))

    def _pick(self, image: int | str | os.PathLike) -> tuple[np.ndarray, ...]:
        """Return one image, and its labels if the model takes labels, without a batch axis."""
        if isinstance(image, int):
            held_out = self.batches(batch_size=1)
            if not 0 <= image < len(held_out):
                name = f"{self.dataset.name}/{self.default_split}"
                raise UserError(f"Expected an example of {name}, 0 to {len(held_out) - 1}. Received: {image}.")
            return tuple(array[0] for array in held_out[image])
        if not Path(image).is_file():
            received = "is a folder" if Path(image).is_dir() else "does not exist"
            raise UserError(
                f"Expected an image file, or the number of a held-out example. Received: {image}, which {received}."
            )
        return (self.read([image])[0],)

    def read(self, paths: Iterable[str | os.PathLike], n: int | None = None) -> np.ndarray:
        """Return the first `n` images in files, folders and zip files as the model takes them: (N, H, W, C).

        An .npz file holds an array x of images of the model's shape.
        """
        likelihood, shape = self.model.likelihood, self.model.data_shape
        levels = likelihood.levels if likelihood.support == "levels" else 256
        parts = [
            self._stored(path)[:n] if path.suffix == ".npz" else read_images([path], shape, n, levels)
            for path in map(Path, paths)
        ]
        return np.concatenate(parts)[:n]

    def _stored(self, path: Path) -> np.ndarray:
        """Return the array x of an .npz file. Values of uint8 are divided by 255."""
        (x,) = read_arrays(path, "x")
        check_numbers(x, "x")
        check_shape(x, "x", self.model.data_shape)
        x = x.astype("float32") / (255 if x.dtype == np.uint8 else 1)
        self.model.likelihood.check(x)
        return x

    # ------------------------------------------------------------------ labels

    @property
    def label_names(self) -> tuple[str, ...]:
        """Names of the classes or of the attributes: those in the configuration, or else those of the data set."""
        known = self.config["data"].get("labels")  # None in runs of early versions
        return tuple(self.dataset.label_names if known is None else known)

    @property
    def _names(self) -> LabelNames:
        """The names of the labels that the model takes."""
        return LabelNames.of_model(self.model.labels, self.label_names)

    def condition(
        self, n: int, labels: Named = None, others: np.ndarray | Callable[[str], np.ndarray] | None = None
    ) -> tuple[np.ndarray, ...]:
        """Return the labels of `n` examples as the model takes them: (y,), or () for a model without labels.

        Args:
            n: number of examples.
            labels: labels of all examples: {"Smiling": 1} or a class.
            others: labels from which those not in `labels` are copied, as in `LabelNames.array`; by default those of `n`
                held-out examples, spread evenly over the data, which may be sorted by label. The data are loaded only
                if they are needed.
        """
        if LABELS not in self.model.capabilities:
            if as_pairs(labels):
                raise ChoiceError(f"Expected no labels, because {type(self.model).__name__} takes none.")
            return ()
        others = functools.partial(self._held_out_labels, n) if others is None else others
        return (self._names.array(labels, n, others),)

    def condition_of_files(self, n: int, labels: Named = None) -> tuple[np.ndarray, ...]:
        """Return `labels` for `n` image files: (y,), or () for a model without labels.

        Raises `ChoiceError` unless `labels` name every label, because an image file has none.
        """

        def refuse(missing: str):
            raise ChoiceError(f"Expected all labels, because image files have none. Missing: {missing}.")

        return self.condition(n, labels, refuse)

    def _held_out_labels(self, n: int, missing: str) -> np.ndarray:
        """Return labels of at most `n` held-out examples: those on the card of a preset, or else those of the data.

        `missing` lists the labels that need them, for an error message.
        """
        stored = self.config.get("held_out_labels")
        try:
            y: Any = self._names.from_text(stored) if isinstance(stored, str) else self.batches().y
            return y[np.linspace(0, len(y) - 1, min(n, len(y))).astype(int)]
        except UserError as error:
            raise UserError(f"{error} Or name all labels: {missing}.") from None

    def images_of(self, source: Named | Path | np.ndarray, n: int) -> np.ndarray:
        """Return the first `n` images in a `Path` (a file, a folder or a zip file) or an array, or with a label.

        The images with a label are held-out examples.
        """
        if isinstance(source, np.ndarray):
            return source[:n]
        if isinstance(source, Path):
            return self.read([source], n)
        held_out = self.batches()
        if held_out.labels is None:
            raise ChoiceError(
                f"Expected data with labels. Received: {self.dataset.name}, which has none. Give images instead of a label."
            )
        rows = LabelNames(held_out.names, held_out.labels.ndim == 1).select(source, held_out.labels)[:n]
        if len(rows) == 0:
            raise ChoiceError(
                f"Expected a label of examples in {self.dataset.name}/{self.default_split}. "
                f"Received: {as_text(source)}, which no example has."
            )
        return held_out.take(rows)
