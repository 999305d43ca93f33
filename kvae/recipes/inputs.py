"""Batches and rounds of a data set, as the training of a recipe takes them."""

from collections.abc import Callable
from typing import Any

from kvae import backends
from kvae.capabilities import DOMAINS
from kvae.data import Dataset, Split
from kvae.recipes.recipe import Training
from kvae.training.batches import Batches
from kvae.training.rounds import Rounds


def training_batches(model, dataset: Dataset, training: Training, seed: int) -> Batches | Rounds:
    """Return the training split as `model` learns from it: batches in an order that `seed` decides, or rounds."""
    split = dataset.train
    options: dict[str, Any] = {
        "transform": _training_transform(training),
        "min_steps": training.min_steps,
        "seed": seed,
        "shard": backends.shard(),
    }
    if DOMAINS not in model.capabilities:
        return batches(model, dataset, split, training, **options)
    return Rounds(
        split.x,
        split.y,  # type: ignore[arg-type]  # data of domains have labels
        model.turns,
        batch_size=training.batch_size,
        repeats=training.repeats,
        periods=None if training.periods is None else training.periods(split),
        scale=_scale(dataset),
        **options,
    )


def batches(
    model, dataset: Dataset, split: Split, training: Training, *, batch_size: int | None = None, **options
) -> Batches:
    """Return `split` of `dataset` in batches of (x,) or (x, y), as `model` takes them.

    Args:
        batch_size: number of examples in a batch; by default that of `training`.
        options: further arguments of `Batches`. Without a seed the order of the split is kept, and without a transform
            examples are those of held-out data.
    """
    return Batches(
        split.x,
        split.y if "y" in model.batch_spec else None,
        batch_size=batch_size or training.batch_size,
        scale=_scale(dataset),
        labels=split.y,
        names=dataset.label_names,
        columns=split.columns,
        **{"transform": training.transform, **options},
    )


def _training_transform(training: Training) -> Callable | None:
    """Return the function that applies `augment` to training examples, and then `transform`."""
    steps = [step for step in (training.augment, training.transform) if step is not None]

    def apply(x, rng):
        for step in steps:
            x = step(x, rng)
        return x

    return apply if steps else None


def _scale(dataset: Dataset) -> float:
    """Return the divisor of uint8 data."""
    return 1.0 if dataset.support == "binary" else 255.0
