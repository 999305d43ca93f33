"""The kernel distance of samples from training images."""

from typing import Annotated

from kvae.capabilities import DECODER
from kvae.evaluation.feature_sets import kernel_distance, kernel_subsets
from kvae.evaluation.features import Features, compared
from kvae.evaluation.metric import FittedSampler, Seed, TrainingBatches, metric


@metric("kernel", needs={DECODER}, default_for=None, reports=("kernel.*", "kernel.*.{sampler}"))
def kernel(
    model,
    batches,
    *,
    features: Features = None,
    training: TrainingBatches = None,
    sampler: FittedSampler = None,
    subsets: Annotated[int, "Number of random subsets."] = 100,
    subset_size: Annotated[int, "Images in a random subset of either set, or fewer if a set has fewer."] = 500,
    seed: Seed = 0,
) -> dict:
    """Return the kernel distance (KID) between features of samples and of training images (Bińkowski et al. 2018).

    It is the unbiased estimate of the squared maximum mean discrepancy with the kernel (x·y / D + 1)³ of D features, so it
    does not depend on the number of images on average. It is negative about every second time if both sets of images have
    one distribution.

    `kernel.distance.prior`: the estimate from all images, for samples whose latent codes are drawn from the prior. There
    are as many samples as held-out images.
    `kernel.distance.mixture`, or `.normal`: that of samples from the sampler that was fitted after training.
    `kernel.distance.reconstructions`, `kernel.distance.held_out`: those of the reconstructions of the held-out images and
    of the held-out images themselves.
    `kernel.error.*`: the standard error of the estimate (jackknife over the images of both sets).
    `kernel.subset_mean.*`, `kernel.subset_spread.*`: mean and standard deviation of the estimates from `subsets` random
    subsets of `subset_size` images. Subsets overlap, so that the spread is not a standard error.
    `kernel.images.*`, `kernel.training_images`, `kernel.features`, `kernel.features_sha256`: as for the metric frechet.
    """
    from kvae.distributions.checks import check_count

    check_count(subsets, "subsets")
    check_count(subset_size, "subset_size", least=3)
    found = compared(model, batches, features, training, seed, sampler)

    def measure(images):
        size = min(subset_size, len(images), len(found.training))
        distance, error = kernel_distance(found.training, images)
        values = kernel_subsets(found.training, images, size, subsets, seed)
        return {
            "distance": distance,
            "error": error,
            "subset_mean": float(values.mean()),
            "subset_spread": float(values.std()),
        }

    return {**found.report("kernel", measure), "kernel.subsets": subsets, "kernel.subset_size": subset_size}
