"""The Fréchet distance of samples from training images."""

from kvae.capabilities import DECODER
from kvae.evaluation.feature_sets import Normal, limit_of_frechet_distance
from kvae.evaluation.features import Features, compared
from kvae.evaluation.metric import FittedSampler, Seed, TrainingBatches, metric


@metric("frechet", needs={DECODER}, default_for=None, reports=("frechet.*", "frechet.*.{sampler}"))
def frechet(
    model,
    batches,
    *,
    features: Features = None,
    training: TrainingBatches = None,
    sampler: FittedSampler = None,
    seed: Seed = 0,
) -> dict:
    """Return the Fréchet distance between features of samples and of training images (Heusel et al. 2017).

        |μ − μ'|² + tr (S + S' − 2 (S S')^½)

    μ and S are mean and covariance of the features of a set of images.

    `frechet.distance.prior`: the distance of samples whose latent codes are drawn from the prior. There are as many samples
    as held-out images.
    `frechet.distance.mixture`, or `.normal`: that of as many samples whose latent codes are drawn from the sampler that was
    fitted after training, if there is one.
    `frechet.distance.reconstructions`: that of the reconstructions of the held-out images.
    `frechet.distance.held_out`: that of the held-out images, which a perfect model would have.

    The distance depends on the number of images. `frechet.extrapolated.*` is the distance extrapolated to infinitely many
    images of the set, with the same training images (Chong and Forsyth 2020). It may be negative if its limit is near 0.
    `frechet.images.*` is the number of images of each set. `frechet.training_images` is that of training images, of which
    equal ones count once.

    Distances are comparable only for the same feature network, whose name and SHA-256 are `frechet.features` and
    `frechet.features_sha256`, and for the same numbers of images.
    """
    found = compared(model, batches, features, training, seed, sampler)
    real = Normal.of(found.training)

    def measure(images):
        return {
            "distance": real.distance(Normal.of(images)),
            "extrapolated": limit_of_frechet_distance(real, images, seed),
        }

    return found.report("frechet", measure)
