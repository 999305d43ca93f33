"""How much samples differ from each other."""

import math

import numpy as np

from kvae.capabilities import POSTERIOR
from kvae.evaluation.batches import examples
from kvae.evaluation.requirements import NotApplicable

COMPARED, NUMBERS = 500, 2**24
"""Examples at most, each of which is compared with every other, and the numbers that they consist of: 85 at 256×256×3."""


def diversity(model, batches, seed: int = 0) -> dict[str, float]:
    """`diversity`: the mean distance between two samples, over that between two held-out examples.

        E ‖x̂ − x̂'‖₂ / E ‖x − x'‖₂

    over all pairs of the first `COMPARED` examples, or fewer where they are large (`NUMBERS`), and of as many samples; for a
    model of labelled data these have the examples' labels. Samples that are all alike have 0. Both distances are given:
    `diversity_samples` and `diversity_examples`. Means of p(x|z) are smoother than the data, so that a good VAE stays
    below 1.
    """
    from scipy.spatial.distance import pdist

    if POSTERIOR not in model.capabilities:
        raise NotApplicable(f"{type(model).__name__} has no prior to sample from")
    count, parts = min(COMPARED, max(2, NUMBERS // math.prod(model.data_shape))), []
    for data in examples(batches):
        parts.append(data)
        if sum(len(part[0]) for part in parts) >= count:
            break
    x, *given = (np.concatenate(arrays)[:count] for arrays in zip(*parts, strict=True))
    if len(x) < 2:
        raise NotApplicable("it takes two examples or more")
    sampled, real = (
        float(pdist(pictures.reshape(len(pictures), -1)).mean())
        for pictures in (model.sample(len(x), *given, seed=seed), x)
    )
    return {"diversity": sampled / real, "diversity_samples": sampled, "diversity_examples": real}
