"""The evidence lower bound of held-out data, and its two sides."""

import keras
import numpy as np
from keras import ops

from kvae.backends import compiled
from kvae.evaluation.batches import examples
from kvae.evaluation.requirements import require_density


def bound(model, batches, samples: int = 1, seed: int = 0) -> dict[str, float]:
    """`elbo`, `rate` and `distortion` at β = 1, means over the examples of `batches`, in nats.

        rate = KL(q(z|x) ‖ p(z))      distortion = −1/S Σ_s log p(x|z_s), z_s ~ q(z|x)

    `elbo_se` is the standard error of the mean over examples. `samples` is S. With two layers of latent units the rate is
    an estimate by the same samples.
    """
    require_density(model)
    noise = keras.random.SeedGenerator(seed)

    run = compiled(
        lambda *data: model.rate_and_distortion(*data, noise=noise, samples=samples), [*model.variables, noise.state]
    )
    parts = [
        [ops.convert_to_numpy(term) for term in run(*map(ops.convert_to_tensor, data))] for data in examples(batches)
    ]
    rate, distortion = (np.concatenate(column).astype("float64") for column in zip(*parts, strict=True))
    elbo = -rate - distortion
    return {
        "elbo": float(elbo.mean()),
        "elbo_se": float(elbo.std(ddof=1) / np.sqrt(len(elbo))) if len(elbo) > 1 else float("nan"),
        "rate": float(rate.mean()),
        "distortion": float(distortion.mean()),
    }
