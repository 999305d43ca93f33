"""The log-likelihood of held-out data, estimated by importance sampling."""

import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import numpy as np

from kvae.capabilities import DENSITY, POSTERIOR
from kvae.errors import UserError
from kvae.evaluation import bits
from kvae.evaluation.batches import examples
from kvae.evaluation.compute import seed_generator, seeded
from kvae.evaluation.metric import Seed, metric
from kvae.evaluation.partial import Partial, stored_as
from kvae.evaluation.requirements import NotApplicable
from kvae.evaluation.uncertainty import mean_and_error
from kvae.progress import announced, bar

Samples = Annotated[int, "Draws per example from which log p(x) is estimated. The time is proportional to this number."]
Rows = Annotated[
    int | None,
    "Maximum number of latent codes decoded at once. By default their images fill 8 MB, on TensorFlow 32 MB.",
]


@metric(
    "nll",
    needs={POSTERIOR, DENSITY},
    slow=True,
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
    pixels. A density (normal, Laplace, continuous Bernoulli) is not. For a density, a byte k becomes (k + u) / 256 with u
    uniform in [0, 1). `nll` is that of the density. Both values in bits include the 8 bits per dimension by which this
    scaling changes a density (Theis et al. 2016, section 3.1).

    The Bernoulli cross-entropy of grey values is a convention and not a likelihood. It has bits per pixel, because
    results of this kind are commonly reported, and no bits per dimension.

    At most `rows` codes are decoded at once, which bounds the memory for any K. All random draws depend on `seed`.

    The time is stated after the first draws. If the estimate is stopped, it resumes where it was: a later call with the
    same model, data, K, `rows` and seed gives the same value as without the stop.
    """
    log_p = log_likelihoods(model, batches, samples, rows, seed)
    values: dict[str, Any] = {**mean_and_error("nll", -log_p), "nll_samples": samples}
    reason = bits.reason_without(model, batches)
    if reason != bits.REAL:
        shape, in_bits = batches.x.shape[1:], float((bits.offset(model, batches) - log_p.mean()) / math.log(2))
        values |= {"bits_per_pixel": in_bits / math.prod(shape[:2])} if len(shape) == 3 else {}
        values["bits_per_dim"] = in_bits / math.prod(shape)
    if reason:
        values["bits_per_dim"] = NotApplicable(reason)
    return values


def log_likelihoods(model, batches, samples: int, rows: int | None, seed: int) -> np.ndarray:
    """Return the estimate of log p(x) of each example of `batches`, in nats: (N,), float64. If it is stopped, it resumes."""
    rows = _default_rows(model) if rows is None else rows
    path = stored_as(model, examples(batches), "nll", samples, rows, seed)
    return log_evidence(model, bits.likelihood_data(model, batches, seed), len(batches.x), samples, rows, seed, path)


def log_evidence(
    model,
    batches: Iterable[tuple],
    n: int,
    samples: int,
    rows: int | None = None,
    seed: int = 0,
    path: Path | None = None,
) -> np.ndarray:
    """Return log 1/K Σ_k w_k for each of `n` examples, in nats: (n,), float64.

    Here w_k = p(x, z_k) / q(z_k|x) with z_k ~ q(z|x), and K = `samples`. `batches` yields (x,) or (x, y). At most
    `rows` draws are decoded at once, and the logarithm of the sum is accumulated in float64. While it runs, the estimate is
    stored in the file `path`, from which the same estimate resumes (`Partial`).

    Raises:
        UserError: K or `rows` is below 1.
    """
    rows = _default_rows(model) if rows is None else rows
    for name, value in {"samples": samples, "rows": rows}.items():
        if not isinstance(value, int) or value < 1:
            raise UserError(f"Expected {name} of at least 1. Received: {name}={value!r}.")
    calls = math.ceil(samples / rows)
    # Draws per call. All calls have one shape, so that it is compiled once. Surplus draws of the last call are dropped.
    draws = math.ceil(samples / calls)
    block = max(1, rows // draws)  # examples per call
    task = f"Estimating log p(x) by {samples:,} samples"
    log_weights = announced(_compiled_log_weights(model, draws, seed), calls * math.ceil(n / block), task)
    with bar(n, f"{task}, examples") as advance, Partial(seed_generator(model).state, path) as partial:
        for some in _blocks(batches, block):
            count = len(some[0])
            log_p = partial.known(count)
            if log_p is None:
                log_sum = _log_sum(log_weights, [_padded(array, block) for array in some], calls, samples)
                log_p = log_sum[:count] - math.log(samples)
            partial.add(log_p)
            advance(count)
    return partial.values


def _default_rows(model) -> int:
    """Return the number of latent codes that are fastest to decode at once."""
    from kvae.backends import VALUES_AT_ONCE

    return max(1, VALUES_AT_ONCE // math.prod(model.decoder.output_shape[1:]))


def _blocks(batches: Iterable[tuple], block: int) -> Iterator[list[np.ndarray]]:
    """Yield the arrays of each block of at most `block` examples. A block lies within one batch."""
    for data in batches:
        for start in range(0, len(data[0]), block):
            yield [array[start : start + block] for array in data]


def _log_sum(log_weights: Callable, data: list[np.ndarray], calls: int, samples: int) -> np.ndarray:
    """Return log Σ_k w_k of the first `samples` draws of `calls` calls of `log_weights`, for each example of `data`."""
    from keras import ops

    tensors, missing = [ops.convert_to_tensor(array) for array in data], samples
    log_sum: Any = -np.inf
    for _ in range(calls):
        log_w = ops.convert_to_numpy(log_weights(*tensors)).astype("float64")[:missing]  # (draws, block)
        log_sum = np.logaddexp(log_sum, np.logaddexp.reduce(log_w, axis=0))
        missing -= len(log_w)
    return log_sum


def _compiled_log_weights(model, draws: int, seed: int):
    """Return `model.log_weights` with `draws` draws per example, compiled once per model and number of draws.

    The seed generator of the model's metrics restarts at `seed`.
    """

    def log_weights(generator, *data):
        return model.log_weights(*data, seed=generator, samples=draws)

    return seeded(f"{draws} log_weights", log_weights, model, seed)


def _padded(array: np.ndarray, n: int) -> np.ndarray:
    """Return `array`, padded to `n` rows by repeating the last row."""
    return np.concatenate([array, np.repeat(array[-1:], n - len(array), axis=0)])
