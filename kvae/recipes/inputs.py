"""Batches and rounds of a data set, as the training of a recipe takes them."""

from kvae import backends
from kvae.capabilities import DOMAINS
from kvae.data import Dataset, Split
from kvae.errors import UserError
from kvae.recipes.recipe import Training
from kvae.training.batches import Batches
from kvae.training.rounds import Rounds


def training_batches(model, dataset: Dataset, training: Training, seed: int) -> Batches | Rounds:
    """Return the training split as `model` learns from it: batches in an order that `seed` decides, or rounds."""
    split, shard = dataset.train, backends.shard()
    if DOMAINS not in model.capabilities:
        return batches(model, dataset, split, training, min_steps=training.min_steps, seed=seed, shard=shard)
    if training.transform is not None:
        raise UserError(
            f"Expected no transform for a model that learns from rounds. Received: a transform for {type(model).__name__}. "
            "Transform the data set instead."
        )
    return Rounds(
        split.x,
        split.y,
        model.turns,
        batch_size=training.batch_size,
        min_steps=training.min_steps,
        repeats=training.repeats,
        periods=None if training.periods is None else training.periods(split),
        seed=seed,
        scale=_scale(dataset),
        shard=shard,
    )


def batches(
    model, dataset: Dataset, split: Split, training: Training, *, batch_size: int | None = None, **options
) -> Batches:
    """Return `split` of `dataset` in batches of (x,) or (x, y), as `model` takes them.

    Args:
        batch_size: number of examples in a batch; by default that of `training`.
        options: further arguments of `Batches`. Without a seed the order of the split is kept.
    """
    return Batches(
        split.x,
        split.y if "y" in model.batch_spec else None,
        batch_size=batch_size or training.batch_size,
        scale=_scale(dataset),
        transform=training.transform,
        labels=split.y,
        names=dataset.label_names,
        columns=split.columns,
        **options,
    )


def _scale(dataset: Dataset) -> float:
    """Return the divisor of uint8 data."""
    return 1.0 if dataset.support == "binary" else 255.0
