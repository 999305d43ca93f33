"""Scores of a trained model for image files or for a split of its data."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kvae.distributions.checks import check_count
from kvae.errors import ChoiceError, UserError
from kvae.evaluation.batches import examples
from kvae.evaluation.requirements import NotApplicable, require
from kvae.evaluation.scores import NEEDS, scores
from kvae.images.reading import image_names
from kvae.recipes.label_names import Named, as_pairs
from kvae.recipes.trained_data import TrainedData
from kvae.training.batches import Batches


def score(
    trained: TrainedData,
    images: Sequence[str | os.PathLike] | None,
    split: str | None,
    labels: Named,
    first: int | None,
    **options: Any,
) -> dict[str, Any]:
    """Return the report of `Trained.score`."""
    try:
        require(trained.model, NEEDS)
    except NotApplicable as missing:
        raise UserError(
            f"Expected a model with a posterior and a density of x. Received: {trained.name}. {missing}."
        ) from None
    if images and split:
        raise ChoiceError(f"Expected images or a split of the data. Received: both, with split={split}.")
    if as_pairs(labels) and not images:
        raise ChoiceError("Expected labels with images only: examples of a split have labels already.")
    names, batches = _of_files(trained, images, labels, first) if images else _of_split(trained, split, first)
    for data in examples(batches):
        trained.model.check(*data)
    values, reason = scores(trained.model, batches, **options)
    columns = zip(*(column.tolist() for column in values.values()), strict=True)
    return {
        "n": len(names),
        "means": {name: float(column.mean()) for name, column in values.items()},
        "rows": [
            {"image": name, **dict(zip(values, row, strict=True))} for name, row in zip(names, columns, strict=True)
        ],
        "skipped": {} if reason is None else {"bits_per_dim": reason},
    }


def _of_split(trained: TrainedData, split: str | None, first: int | None) -> tuple[list[str], Batches]:
    """Return names and batches of the first examples of a split. The names are numbers, such as test/0."""
    batches = trained.batches(split, first=first)
    return [f"{split or trained.default_split}/{number}" for number in range(len(batches.x))], batches


def _of_files(
    trained: TrainedData, images: Sequence[str | os.PathLike], labels: Named, first: int | None
) -> tuple[list[str], Batches]:
    """Return names and batches of the first images in files, folders, zip files and .npz files."""
    trained.require_images()
    condition = trained.condition_of_files(1, labels)
    if first is not None:
        check_count(first, "first")
    names, parts = [], []
    for path in map(Path, images):
        left = None if first is None else first - len(names)
        if left == 0:
            break
        x = trained.read([path], left)
        if path.suffix == ".npz":
            names += [f"{path}/{number}" for number in range(len(x))]
            parts.append(x)
        else:
            names += image_names([path], left)
            parts.append(np.round(255 * x).astype("uint8"))  # bytes, so that a density has bits
    if len({part.dtype for part in parts}) > 1:
        raise UserError("Expected image files or .npz files. Received: both. Score them one after the other.")
    (y,) = [np.repeat(label, len(names), axis=0) for label in condition] or (None,)
    training = trained.training
    return names, Batches(np.concatenate(parts), y, batch_size=training.batch_size, transform=training.transform)
