"""The mean distance between samples."""

import math

import numpy as np

from kvae.capabilities import DECODER
from kvae.evaluation.batches import examples
from kvae.evaluation.metric import FittedSampler, Seed, metric
from kvae.evaluation.requirements import NotApplicable
from kvae.evaluation.samplers import require_sampler, samples_of

MAX_EXAMPLES = 500
"""Maximum number of examples, and of samples, between which distances are computed."""

MAX_VALUES = 2**24
"""Maximum number of values in these examples. It allows 85 images of 256×256×3."""


@metric(
    "diversity",
    needs={DECODER},
    reports=("diversity.{sampler}", "diversity_samples.{sampler}", "diversity_examples"),
)
def diversity(model, batches, *, sampler: FittedSampler = None, seed: Seed = 0) -> dict[str, float]:
    """Return the mean distance between two samples, relative to that between two held-out examples.

        diversity = E ‖x̂ − x̂'‖₂ / E ‖x − x'‖₂

    The means are over all pairs of the first `MAX_EXAMPLES` examples (fewer if they are large, see `MAX_VALUES`) and
    over all pairs of as many samples. If the model takes labels, the samples have the labels of these examples. The
    diversity is 0 if all samples are alike. Samples are means of p(x|z), which are smoother than the data. The diversity
    of a good VAE is therefore below 1.

    `diversity.prior`: the diversity of samples whose latent codes are drawn from the prior.
    `diversity.mixture`, or `.normal`: that of samples from the sampler that was fitted after training, if there is one.
    `diversity_samples.*`, `diversity_examples`: the two mean distances.
    """
    from scipy.spatial.distance import pdist

    require_sampler(model, sampler)
    count, parts = min(MAX_EXAMPLES, max(2, MAX_VALUES // math.prod(model.data_shape))), []
    for data in examples(batches):
        parts.append(data)
        if sum(len(part[0]) for part in parts) >= count:
            break
    x, *given = (np.concatenate(arrays)[:count] for arrays in zip(*parts, strict=True))
    if len(x) < 2:
        raise NotApplicable("it needs two examples or more")

    def mean_distance(images: np.ndarray) -> float:
        return float(pdist(images.reshape(len(images), -1)).mean())

    values = {"diversity_examples": mean_distance(x)}
    for name, images in samples_of(model, len(x), *given, seed=seed, fitted=sampler):
        values[f"diversity_samples.{name}"] = mean_distance(images)
        values[f"diversity.{name}"] = values[f"diversity_samples.{name}"] / values["diversity_examples"]
    return values
