"""Callbacks of a recipe's training: those that decide how its model learns, and those that watch it."""

from collections.abc import Mapping

import keras

from kvae.callbacks import Anneal, DecayLearningRate, InOrder, LatentMonitor, SaveImages, StopOnNonFinite
from kvae.capabilities import DECODER, POSTERIOR
from kvae.data import Dataset, Split
from kvae.recipes.inputs import batches
from kvae.recipes.recipe import Training
from kvae.runs import Run
from kvae.training.batches import Batches
from kvae.training.rounds import Rounds

MONITORED = 1000
"""Number of held-out examples that the callbacks watch after each epoch."""


def learning_callbacks(
    training: Training, data: Batches | Rounds, rates: Mapping[str, float]
) -> list[keras.callbacks.Callback]:
    """Return the callbacks that decide how a model learns: order of the data, schedules, a stop at NaN.

    Args:
        data: what the model is fitted to.
        rates: {player: learning rate before the first epoch}.
    """
    callbacks = [StopOnNonFinite(), InOrder(data)]
    callbacks += [Anneal(name, schedule) for name, schedule in training.anneal.items()]
    if training.learning_rate_schedule is not None:
        callbacks.append(DecayLearningRate(training.learning_rate_schedule, rates))
    return [*callbacks, *training.callbacks]


def watching_callbacks(
    run: Run, model, dataset: Dataset, held_out: Split, training: Training
) -> list[keras.callbacks.Callback]:
    """Return the callbacks that measure latent codes and save images of held-out examples, where `model` has them."""
    some = batches(model, dataset, held_out, training, batch_size=MONITORED)[0]
    callbacks = []
    if POSTERIOR in model.capabilities:
        callbacks.append(LatentMonitor(*some))
    if some[0].ndim == 4 and DECODER in model.capabilities:
        callbacks.append(SaveImages(run.images, some, training.images_every, training.brighten))
    return callbacks
