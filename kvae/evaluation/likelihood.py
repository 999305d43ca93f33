"""The log-likelihood of held-out data, estimated by importance sampling."""

import math
from collections.abc import Iterable
from typing import Annotated

import numpy as np

from kvae.capabilities import DENSITY, POSTERIOR
from kvae.errors import UserError
from kvae.evaluation.batches import examples
from kvae.evaluation.compute import seeded
from kvae.evaluation.metric import Seed, metric
from kvae.evaluation.requirements import NotApplicable
from kvae.evaluation.uncertainty import mean_and_error
from kvae.progress import bar

VALUES = 2**23 + 2**22
"""Number of values decoded at once by default (50 MB). On a CPU, more are not faster, and far fewer are slower."""

Samples = Annotated[int, "Draws per example from which log p(x) is estimated. The time is proportional to this number."]
Rows = Annotated[int | None, "Maximum number of latent codes decoded at once. By default their images fill 50 MB."]


@metric(
    "nll",
    needs={POSTERIOR, DENSITY},
    reports=("nll", "nll_se", "nll_samples", "bits_per_pixel", "bits_per_dim"),
)
def likelihood(model, batches, *, samples: Samples = 2000, rows: Rows = None, seed: Seed = 0) -> dict:
    """Return `nll`: the mean of −log p(x) over the examples of `batches`, in nats.

        log p(x) ≈ log 1/K Σ_k p(x, z_k) / q(z_k|x),   z_k ~ q(z|x),   K = `samples`

    (Burda et al. 2016, section 5). The estimate is a lower bound of log p(x) in expectation, and approaches it as K
    grows. `nll_se` is the standard error of the mean over examples, and `nll_samples` is K. The same value in bits is

        bits_per_pixel = nll / (H · W · log 2)          bits_per_dim = nll / (H · W · C · log 2)

    `bits_per_pixel` does not count channels.

    A likelihood of discrete levels (logistic, categorical, Bernoulli for zeros and ones) is a probability of the
    pixels. A density (normal, Laplace) is not. For a density, a byte k becomes (k + u) / 256 with u uniform in [0, 1).
    `nll` is that of the density. Both values in bits include the 8 bits per dimension by which this scaling changes a
    density (Theis et al. 2016, section 3.1).

    The Bernoulli cross-entropy of grey values is a convention and not a likelihood. It has bits per pixel, because
    results of this kind are commonly reported, and no bits per dimension.

    At most `rows` codes are decoded at once, which bounds the memory for any K. All random draws depend on `seed`.
    """
    density = model.likelihood.support == "real"
    bytes_as_density = density and batches.x.dtype == np.uint8 and batches.scale == 255
    rng = np.random.default_rng(seed)
    data = examples(batches)
    if bytes_as_density:
        data = (((255 * x + rng.random(x.shape, "float32")) / 256, *given) for x, *given in data)
    log_p = log_evidence(model, data, len(batches.x), samples, rows, seed)
    nats = -log_p.mean()
    values = {**mean_and_error("nll", -log_p), "nll_samples": samples}
    if density and not bytes_as_density:
        values["bits_per_dim"] = NotApplicable("a density of real numbers has no bits")
        return values
    shape = batches.x.shape[1:]
    bits = float((nats + (math.prod(shape) * math.log(256) if bytes_as_density else 0)) / math.log(2))
    if len(shape) == 3:
        values["bits_per_pixel"] = bits / math.prod(shape[:2])
    if density or model.likelihood.support == "levels" or _binary(batches):
        values["bits_per_dim"] = bits / math.prod(shape)
    else:
        values["bits_per_dim"] = NotApplicable("the Bernoulli cross-entropy of grey values is not a probability")
    return values


def log_evidence(model, batches: Iterable[tuple], n: int, samples: int, rows: int | None = None, seed: int = 0):
    """Return log 1/K Σ_k w_k for each of `n` examples, in nats: (n,), float64.

    Here w_k = p(x, z_k) / q(z_k|x) with z_k ~ q(z|x), and K = `samples`. `batches` yields (x,) or (x, y). At most
    `rows` draws are decoded at once, and the logarithm of the sum is accumulated in float64.

    Raises:
        UserError: K or `rows` is below 1.
    """
    from keras import ops

    rows = max(1, VALUES // math.prod(model.decoder.output_shape[1:])) if rows is None else rows
    for name, value in {"samples": samples, "rows": rows}.items():
        if not isinstance(value, int) or value < 1:
            raise UserError(f"Expected {name} of at least 1. Received: {name}={value!r}.")
    calls = math.ceil(samples / rows)
    # Draws per call. All calls have one shape, so that it is compiled once. Surplus draws of the last call are dropped.
    draws = math.ceil(samples / calls)
    block = max(1, rows // draws)  # examples per call
    log_weights = _compiled_log_weights(model, draws, seed)
    parts = []
    with bar(n, f"Estimating log p(x) by {samples:,} samples, examples") as advance:
        for data in batches:
            for start in range(0, len(data[0]), block):
                some = [array[start : start + block] for array in data]
                count = len(some[0])
                padded = [ops.convert_to_tensor(_padded(array, block)) for array in some]
                log_sum = np.full(block, -np.inf)
                for call in range(calls):
                    log_w = ops.convert_to_numpy(log_weights(*padded)).astype("float64")  # (draws, block)
                    log_w = log_w[: samples - call * draws]
                    log_sum = np.logaddexp(log_sum, np.logaddexp.reduce(log_w, axis=0))
                parts.append(log_sum[:count] - math.log(samples))
                advance(count)
    return np.concatenate(parts)


def _compiled_log_weights(model, draws: int, seed: int):
    """Return `model.log_weights` with `draws` draws per example, compiled once per model and number of draws.

    Its seed generator restarts at `seed`.
    """

    def log_weights(generator, *data):
        return model.log_weights(*data, seed=generator, samples=draws)

    return seeded(f"{draws} log_weights", log_weights, model, seed)


def _padded(array: np.ndarray, n: int) -> np.ndarray:
    """Return `array`, padded to `n` rows by repeating the last row."""
    return np.concatenate([array, np.repeat(array[-1:], n - len(array), axis=0)])


def _binary(batches) -> bool:
    """Return True if all values of x are 0 or 1."""
    return all(np.isin(x, (0.0, 1.0)).all() for x, *_ in examples(batches))
