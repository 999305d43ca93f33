"""The mean distance between samples."""

import math

import numpy as np

from kvae.capabilities import DECODER, POSTERIOR
from kvae.evaluation.batches import examples
from kvae.evaluation.metric import Seed, metric
from kvae.evaluation.requirements import NotApplicable
from kvae.evaluation.samplers import PRIOR

MAX_EXAMPLES = 500
"""Maximum number of examples, and of samples, between which distances are computed."""

MAX_VALUES = 2**24
"""Maximum number of values in these examples. It allows 85 images of 256×256×3."""


@metric(
    "diversity",
    needs={DECODER, POSTERIOR},
    reports=("diversity", "diversity_samples", "diversity_examples", "diversity_sampler"),
)
def diversity(model, batches, *, seed: Seed = 0) -> dict[str, float | str]:
    """Return the mean distance between two samples, relative to that between two held-out examples.

        diversity = E ‖x̂ − x̂'‖₂ / E ‖x − x'‖₂

    The means are over all pairs of the first `MAX_EXAMPLES` examples (fewer if they are large, see `MAX_VALUES`) and
    over all pairs of as many samples. If the model takes labels, the samples have the labels of these examples. The
    diversity is 0 if all samples are alike. Samples are means of p(x|z), which are smoother than the data. The diversity
    of a good VAE is therefore below 1. The two mean distances are `diversity_samples` and `diversity_examples`. The
    latent codes are drawn from the prior, as `diversity_sampler` says.
    """
    from scipy.spatial.distance import pdist

    count, parts = min(MAX_EXAMPLES, max(2, MAX_VALUES // math.prod(model.data_shape))), []
    for data in examples(batches):
        parts.append(data)
        if sum(len(part[0]) for part in parts) >= count:
            break
    x, *given = (np.concatenate(arrays)[:count] for arrays in zip(*parts, strict=True))
    if len(x) < 2:
        raise NotApplicable("it needs two examples or more")
    sampled, real = (
        float(pdist(images.reshape(len(images), -1)).mean()) for images in (model.sample(len(x), *given, seed=seed), x)
    )
    distances = {"diversity": sampled / real, "diversity_samples": sampled, "diversity_examples": real}
    return {**distances, "diversity_sampler": PRIOR}
