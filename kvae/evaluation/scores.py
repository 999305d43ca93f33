"""log p(x), rate and distortion of each example."""

import math

import numpy as np

from kvae.capabilities import DENSITY, POSTERIOR
from kvae.evaluation import bits
from kvae.evaluation.elbo import rates_and_distortions
from kvae.evaluation.likelihood import log_likelihoods
from kvae.evaluation.requirements import require

NEEDS = frozenset({POSTERIOR, DENSITY})
"""Capabilities of a model that has scores."""


def scores(
    model, batches, *, samples: int = 2000, rows: int | None = None, seed: int = 0
) -> tuple[dict[str, np.ndarray], str | None]:
    """Return the scores of all examples by name, (N,) each, and the reason if bits per dimension are missing.

        log_p        log 1/K Σ_k p(x, z_k) / q(z_k|x), K = `samples`, as the metric nll estimates it
        rate         KL(q(z|x) ‖ p(z))
        distortion   −log p(x|z) of one draw z ~ q(z|x)

    in nats. `bits_per_dim` is −log p(x) per dimension of x in bits, and `rate_bits_per_dim` and `distortion_bits_per_dim`
    are rate and distortion in this unit. All three are absent if p(x|z) gives no probability of the pixels. Under a density,
    all scores of a byte k are those of (k + u) / 256 with u uniform in [0, 1), as in the metric nll.

    The time is stated after the first draws. If the estimate is stopped, a later call with the same arguments resumes it.

    Raises:
        NotApplicable: The model has no posterior or no density of x.
    """
    require(model, NEEDS)
    log_p = log_likelihoods(model, batches, samples, rows, seed)
    rate, distortion = rates_and_distortions(model, bits.likelihood_data(model, batches, seed), 1, seed)
    values = {"log_p": log_p, "rate": rate, "distortion": distortion}
    reason = bits.reason_without(model, batches)
    if reason is None:
        per_dim, offset = math.prod(batches.x.shape[1:]) * math.log(2), bits.offset(model, batches)
        values |= {
            "bits_per_dim": (offset - log_p) / per_dim,
            "rate_bits_per_dim": rate / per_dim,
            "distortion_bits_per_dim": (offset + distortion) / per_dim,
        }
    return values, reason
