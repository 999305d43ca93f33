"""The mean distance between samples."""

import math

import numpy as np

from kvae.capabilities import DECODER, POSTERIOR
from kvae.evaluation.batches import examples
from kvae.evaluation.metric import Seed, metric
from kvae.evaluation.requirements import NotApplicable

COMPARED = 500
"""Maximum number of examples, each of which is compared with every other."""

NUMBERS = 2**24
"""Maximum number of values in these examples. It allows 85 images of 256×256×3."""


@metric("diversity", needs={DECODER, POSTERIOR}, reports=("diversity", "diversity_samples", "diversity_examples"))
def diversity(model, batches, *, seed: Seed = 0) -> dict[str, float]:
    """Return the mean distance between two samples, relative to that between two held-out examples.

        diversity = E ‖x̂ − x̂'‖₂ / E ‖x − x'‖₂

    The means are over all pairs of the first `COMPARED` examples (fewer if they are large, see `NUMBERS`) and of as many
    samples. If the model takes labels, the samples have the labels of these examples. Samples that are all alike have a
    diversity of 0. Samples are means of p(x|z), which are smoother than the data, so that a good VAE stays below 1. The two
    distances are `diversity_samples` and `diversity_examples`.
    """
    from scipy.spatial.distance import pdist

    count, parts = min(COMPARED, max(2, NUMBERS // math.prod(model.data_shape))), []
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
    return {"diversity": sampled / real, "diversity_samples": sampled, "diversity_examples": real}
