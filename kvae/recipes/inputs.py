"""What a recipe's model learns from, and by."""

from collections.abc import Mapping

from kvae import backends
from kvae.callbacks import Anneal, DecayLearningRate, InOrder, StopOnNonFinite
from kvae.capabilities import DOMAINS
from kvae.data import Dataset, Split
from kvae.errors import UserError
from kvae.recipes.recipe import Training
from kvae.training.batches import Batches
from kvae.training.rounds import Rounds


def training_batches(model, dataset: Dataset, training: Training, seed: int) -> Batches | Rounds:
    """What `model` learns from: batches in an order that `seed` decides, or rounds of turns."""
    split, shard = dataset.train, backends.shard()
    if DOMAINS not in model.capabilities:
        return batches(dataset, split, training, seed=seed, shard=shard)
    if training.transform is not None:
        raise UserError(
            f"Expected no transform for a model that learns from rounds. Received: one for {type(model).__name__}. "
            "Transform the data set instead."
        )
    periods = None if training.periods is None else training.periods(split)
    options = {"batch_size": training.batch_size, "repeats": training.repeats, "periods": periods}
    return Rounds(split.x, split.y, model.turns, seed=seed, scale=_scale(dataset), shard=shard, **options)


def learning_callbacks(training: Training, data: Batches | Rounds, rates: Mapping[str, float]) -> list:
    """What decides, beside the model, how it learns: order, schedules, a stop at NaN. `rates` are the players' first."""
    callbacks = [StopOnNonFinite(), InOrder(data)]
    callbacks += [Anneal(name, schedule) for name, schedule in training.anneal.items()]
    if training.learning_rate is not None:
        callbacks.append(DecayLearningRate(training.learning_rate, rates))
    return [*callbacks, *training.callbacks]


def batches(dataset: Dataset, split: Split, training: Training, *, batch_size: int | None = None, **options) -> Batches:
    """`split` of `dataset` as `training` takes it; further `options` of `Batches`. Its order is kept without a seed."""
    return Batches(
        split.x,
        split.y if training.labels else None,
        batch_size=batch_size or training.batch_size,
        scale=_scale(dataset),
        transform=training.transform,
        labels=split.y,
        names=dataset.label_names,
        columns=split.columns,
        **options,
    )


def _scale(dataset: Dataset) -> float:
    """What bytes are divided by."""
    return 1.0 if dataset.support == "binary" else 255.0
