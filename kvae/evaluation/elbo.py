"""The evidence lower bound of held-out data, and its two terms."""

from collections.abc import Iterable
from typing import Annotated

import numpy as np

from kvae.capabilities import DENSITY, POSTERIOR
from kvae.evaluation.batches import examples
from kvae.evaluation.compute import per_example
from kvae.evaluation.metric import Seed, metric
from kvae.evaluation.uncertainty import mean_and_error


@metric("elbo", needs={POSTERIOR, DENSITY}, quick=True, reports=("elbo", "elbo_se", "rate", "distortion"))
def elbo(
    model,
    batches,
    *,
    draws: Annotated[int, "Latent codes drawn per example to estimate the distortion."] = 1,
    seed: Seed = 0,
) -> dict[str, float]:
    """Return `elbo`, `rate` and `distortion` at β = 1: means over the examples of `batches`, in nats.

        elbo = −rate − distortion
        rate = KL(q(z|x) ‖ p(z))      distortion = −1/S Σ_s log p(x|z_s), z_s ~ q(z|x), S = `draws`

    `elbo_se` is the standard error of the mean over examples. In a model with two layers of latent units, the rate is
    estimated from the same draws.
    """
    rate, distortion = rates_and_distortions(model, examples(batches), draws, seed)
    return {
        **mean_and_error("elbo", -rate - distortion),
        "rate": float(rate.mean()),
        "distortion": float(distortion.mean()),
    }


def rates_and_distortions(model, data: Iterable[tuple], draws: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return rate and distortion of each example of `data`, which yields batches (x,) or (x, y): (N,) each, in nats."""

    def terms(generator, *batch):
        return model.rate_and_distortion(*batch, seed=generator, samples=draws)

    rate, distortion = per_example(f"rate and distortion of {draws} draws", terms, model, data, seed)
    return rate, distortion
