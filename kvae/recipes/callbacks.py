"""Callbacks of a recipe's training: some decide how the model learns, others monitor it."""

from collections.abc import Mapping

import keras

from kvae.callbacks import (
    Anneal,
    DecayLearningRate,
    InOrder,
    KernelDistance,
    LatentMonitor,
    Measure,
    SaveImages,
    SaveTranslations,
    StopOnNonFinite,
)
from kvae.capabilities import DECODER, POSTERIOR, TRANSLATION, TWO_WAY
from kvae.data import Dataset, Split
from kvae.recipes.feature_network import open_features
from kvae.recipes.inputs import batches
from kvae.recipes.recipe import Training
from kvae.runs import Run
from kvae.training.batches import Batches
from kvae.training.rounds import Rounds

MONITORED = 1000
"""Number of held-out examples that are encoded and reconstructed after each epoch."""

REFERENCES = 2000
"""Number of training images from which the kernel distance of samples is measured."""


def learning_callbacks(
    training: Training, data: Batches | Rounds, rates: Mapping[str, float]
) -> list[keras.callbacks.Callback]:
    """Return the callbacks that decide how a model learns: the order of the data, schedules, and a stop at NaN.

    The last one measures state that no player trains, after the others have changed weights.

    Args:
        data: batches or rounds that the model is fitted to.
        rates: {player: learning rate before the first epoch}.
    """
    callbacks = [StopOnNonFinite(), InOrder(data)]
    callbacks += [Anneal(name, schedule) for name, schedule in training.anneal.items()]
    if training.learning_rate_schedule is not None:
        callbacks.append(DecayLearningRate(training.learning_rate_schedule, rates))
    return [*callbacks, *training.callbacks, Measure(data)]


def monitoring_callbacks(
    run: Run, model, dataset: Dataset, held_out: Split, training: Training
) -> list[keras.callbacks.Callback]:
    """Return the callbacks that measure latent codes and samples, and save images of held-out examples.

    A model without a posterior gets no measurement. A model that neither decodes nor translates images saves none.
    """
    monitored = _first(model, dataset, held_out, training, MONITORED)
    callbacks = []
    if POSTERIOR in model.capabilities:
        callbacks.append(LatentMonitor(*monitored))
    if monitored[0].ndim == 4 and DECODER in model.capabilities:
        callbacks.append(SaveImages(run.images, monitored, training.images_every, training.brighten))
    if TRANSLATION in model.capabilities:
        domains = held_out.y if TWO_WAY in model.capabilities else None
        callbacks.append(SaveTranslations(run.images, monitored[0], domains, training.images_every))
    if training.features is not None:
        network = open_features(training.features, dataset.name, dataset.shape)
        images = _first(model, dataset, dataset.train, training, REFERENCES)[0]
        callbacks.append(KernelDistance(network, images, len(monitored[0]), *monitored[1:]))
    return callbacks


def _first(model, dataset: Dataset, split: Split, training: Training, count: int) -> tuple:
    """Return the first `count` examples of a split, as `model` takes them."""
    return batches(model, dataset, split, training, batch_size=count)[0]
