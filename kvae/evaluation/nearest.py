"""The distance from a sample to the nearest training image."""

import numpy as np

from kvae.capabilities import DECODER
from kvae.evaluation.feature_sets import nearest_distances
from kvae.evaluation.features import Features, compared
from kvae.evaluation.metric import FittedSampler, Seed, TrainingBatches, metric


@metric("nearest", needs={DECODER}, default_for=None, reports=("nearest.*", "nearest.*.{sampler}"))
def nearest(
    model,
    batches,
    *,
    features: Features = None,
    training: TrainingBatches = None,
    sampler: FittedSampler = None,
    seed: Seed = 0,
) -> dict:
    """Return how far the features of samples are from those of the nearest training image, in Euclidean distance.

    A model that copies its training images has samples that are nearer to them than held-out images are.

    `nearest.median.prior`, `nearest.tenth.prior`: median and first decile of the distances of samples whose latent codes are
    drawn from the prior. There are as many samples as held-out images.
    `nearest.median.mixture`, …: those of samples from the sampler that was fitted after training.
    `nearest.median.reconstructions`, `nearest.median.held_out`, …: those of the reconstructions of the held-out images and
    of the held-out images themselves.
    `nearest.images.*`, `nearest.training_images`, `nearest.features`, `nearest.features_sha256`: as for the metric frechet.
    """
    found = compared(model, batches, features, training, seed, sampler)

    def measure(images):
        distances = nearest_distances(found.training, images)
        return {"median": float(np.median(distances)), "tenth": float(np.quantile(distances, 0.1))}

    return found.report("nearest", measure)
