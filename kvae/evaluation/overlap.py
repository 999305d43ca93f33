"""The overlap of samples and training images: precision and recall, density and coverage."""

import dataclasses
from collections.abc import Callable
from typing import Annotated

import numpy as np

from kvae.capabilities import DECODER
from kvae.evaluation.feature_sets import density_coverage, precision_recall
from kvae.evaluation.features import Features, compared
from kvae.evaluation.metric import FittedSampler, Seed, TrainingBatches, metric

Neighbors = Annotated[int, "Number k of neighbours: the ball of an image reaches to its k-th nearest neighbour."]


@metric(
    "precision_recall",
    needs={DECODER},
    default_for=None,
    reports=("precision_recall.*", "precision_recall.*.{sampler}"),
)
def precision_and_recall(
    model,
    batches,
    *,
    features: Features = None,
    training: TrainingBatches = None,
    sampler: FittedSampler = None,
    neighbors: Neighbors = 5,
    seed: Seed = 0,
) -> dict:
    """Return precision and recall of samples with regard to training images (Kynkäänniemi et al. 2019).

    The ball of an image reaches to its k-th nearest neighbour of the same set in the space of features, with
    k = `neighbors`. Precision is the share of samples that lie in the ball of a training image. Recall is the share of
    training images that lie in the ball of a sample.

    `precision_recall.precision.prior`, `precision_recall.recall.prior`: those of samples whose latent codes are drawn from
    the prior. There are as many samples as held-out images, and as many training images, drawn at random if there are more.
    `*.mixture`, or `*.normal`: those of samples from the sampler that was fitted after training.
    `*.reconstructions`, `*.held_out`: those of the reconstructions of the held-out images and of the held-out images
    themselves.
    `precision_recall.images.*`, `*.training_images`, `*.features`, `*.features_sha256`: as for the metric frechet.
    """
    names = ("precision", "recall")
    arguments = (model, batches, features, training, seed, sampler)
    return _report("precision_recall", names, precision_recall, neighbors, seed, arguments)


@metric(
    "density_coverage",
    needs={DECODER},
    default_for=None,
    reports=("density_coverage.*", "density_coverage.*.{sampler}"),
)
def density_and_coverage(
    model,
    batches,
    *,
    features: Features = None,
    training: TrainingBatches = None,
    sampler: FittedSampler = None,
    neighbors: Neighbors = 5,
    seed: Seed = 0,
) -> dict:
    """Return density and coverage of samples with regard to training images (Naeem et al. 2020).

    The ball of a training image reaches to its k-th nearest neighbour among them in the space of features, with
    k = `neighbors`. Density is the mean number of balls in which a sample lies, divided by k. It is 1 on average for
    samples of the true distribution, and may be larger. Coverage is the share of balls that hold a sample.

    `density_coverage.density.prior`, `density_coverage.coverage.prior`: those of samples whose latent codes are drawn from
    the prior. There are as many samples as held-out images, and as many training images, drawn at random if there are more.
    `*.mixture`, or `*.normal`: those of samples from the sampler that was fitted after training.
    `*.reconstructions`, `*.held_out`: those of the reconstructions of the held-out images and of the held-out images
    themselves.
    `density_coverage.images.*`, `*.training_images`, `*.features`, `*.features_sha256`: as for the metric frechet.
    """
    names = ("density", "coverage")
    arguments = (model, batches, features, training, seed, sampler)
    return _report("density_coverage", names, density_coverage, neighbors, seed, arguments)


def _report(
    metric: str, names: tuple[str, str], measure: Callable, neighbors: int, seed: int, arguments: tuple
) -> dict:
    """Return the two values of `measure(training, images, k)` for each set and for as many training images.

    `arguments` are those of `compared`.
    """
    from kvae.distributions.checks import check_count

    check_count(neighbors, "neighbors")
    found = compared(*arguments, least=neighbors + 1)
    count = min([len(found.training), *map(len, found.sets.values())])
    rows = np.random.default_rng(seed).choice(len(found.training), count, replace=False)
    found = dataclasses.replace(found, training=found.training[rows])

    def measured(images):
        return dict(zip(names, measure(found.training, images, neighbors), strict=True))

    return {**found.report(metric, measured), f"{metric}.neighbors": neighbors}
