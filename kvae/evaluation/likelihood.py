"""The log-likelihood of held-out data, by importance sampling."""

import math
from collections.abc import Iterable

import keras
import numpy as np
from keras import ops

from kvae.backends import compiled
from kvae.backends.cached import cached
from kvae.errors import UserError
from kvae.evaluation.batches import examples
from kvae.evaluation.requirements import NotApplicable, require_density
from kvae.progress import bar

VALUES = 2**23 + 2**22
"""Values that are decoded at once by default, 50 MB: more is not faster on a processor, much less is slower."""


def likelihood(model, batches, samples: int = 2000, rows: int | None = None, seed: int = 0) -> dict:
    """`nll`: the mean over the examples of `batches` of −log p(x), in nats, estimated by K = `samples` draws each,

        log p(x) ≈ log 1/K Σ_k p(x, z_k) / q(z_k|x),   z_k ~ q(z|x)

    (Burda et al. 2016, section 5; the estimate is from below, and rises to log p(x) with K). `nll_se` is the standard
    error of the mean over examples, `nll_samples` is K. Beside it, in bits,

        bits_per_pixel = nll / (H · W · log 2)          bits_per_dim = nll / (H · W · C · log 2)

    of which the first does not count channels. A likelihood of levels (logistic, categorical, Bernoulli of zeros and ones)
    is a probability of the pixels as they are. A density (normal, Laplace) is none: bytes k are then taken as
    (k + u) / 256 with u uniform in [0, 1), and both figures hold the 8 bits per dimension by which that scaling changes a
    density (Theis et al. 2016, section 3.1); `nll` is the density's. The Bernoulli cross-entropy of grey values is a
    convention and no likelihood: it has bits per pixel, as its users report them, and no bits per dimension.

    At most `rows` codes are decoded at once, which bounds the memory whatever K is; by default as many as make some
    million values. All noise is drawn by `seed`.
    """
    require_density(model)
    density = model.likelihood.support == "real"
    bytes_as_density = density and batches.x.dtype == np.uint8 and batches.scale == 255
    rng = np.random.default_rng(seed)
    data = examples(batches)
    if bytes_as_density:
        data = (((255 * x + rng.random(x.shape, "float32")) / 256, *given) for x, *given in data)
    log_p = log_evidence(model, data, len(batches.x), samples, rows, seed)
    nats = -log_p.mean()
    figures = {
        "nll": float(nats),
        "nll_se": float(log_p.std(ddof=1) / math.sqrt(len(log_p))) if len(log_p) > 1 else math.nan,
        "nll_samples": samples,
    }
    if density and not bytes_as_density:
        figures["bits_per_dim"] = NotApplicable("a density of real numbers has no bits")
        return figures
    shape = batches.x.shape[1:]
    bits = float((nats + (math.prod(shape) * math.log(256) if bytes_as_density else 0)) / math.log(2))
    if len(shape) == 3:
        figures["bits_per_pixel"] = bits / math.prod(shape[:2])
    if density or model.likelihood.support == "levels" or _binary(batches):
        figures["bits_per_dim"] = bits / math.prod(shape)
    else:
        figures["bits_per_dim"] = NotApplicable("the Bernoulli cross-entropy of grey values is no probability of them")
    return figures


def log_evidence(model, batches: Iterable[tuple], n: int, samples: int, rows: int | None = None, seed: int = 0):
    """log 1/K Σ_k w_k of each of `n` examples in `batches`, (x,) or (x, y) each: (n,) in float64, nats, K = `samples`.

    Exactly K draws are used, decoded `rows` at a time; their sum is accumulated in float64, in logarithms. Raises
    `UserError` for a K or `rows` below 1.
    """
    rows = max(1, VALUES // math.prod(model.decoder.output_shape[1:])) if rows is None else rows
    for name, value in {"samples": samples, "rows": rows}.items():
        if not isinstance(value, int) or value < 1:
            raise UserError(f"Expected {name} of at least 1. Received: {name}={value!r}.")
    calls = -(-samples // rows)
    draws = -(-samples // calls)  # of every call, so that one shape is compiled; the last call's surplus is dropped
    block = max(1, rows // draws)
    noise = cached(model, "noise of log_weights", keras.random.SeedGenerator)
    noise.state.assign(keras.random.SeedGenerator(seed).state)
    variables = [*model.variables, noise.state]
    log_weights = cached(
        model,
        f"{draws} log_weights",
        lambda: compiled(lambda *data: model.log_weights(*data, noise=noise, samples=draws), variables),
    )
    parts = []
    with bar(n, f"Estimating log p(x) by {samples:,} samples, examples") as advance:
        for data in batches:
            for start in range(0, len(data[0]), block):
                some = [array[start : start + block] for array in data]
                count = len(some[0])
                padded = [ops.convert_to_tensor(_repeat_last(array, block)) for array in some]
                log_sum = np.full(block, -np.inf)
                for call in range(calls):
                    log_w = ops.convert_to_numpy(log_weights(*padded)).astype("float64")  # (draws, block)
                    log_w = log_w[: samples - call * draws]
                    log_sum = np.logaddexp(log_sum, np.logaddexp.reduce(log_w, axis=0))
                parts.append(log_sum[:count] - math.log(samples))
                advance(count)
    return np.concatenate(parts)


def _repeat_last(array: np.ndarray, n: int) -> np.ndarray:
    """`array`, its last row repeated until there are `n`."""
    return np.concatenate([array, np.repeat(array[-1:], n - len(array), axis=0)])


def _binary(batches) -> bool:
    return all(np.isin(x, (0.0, 1.0)).all() for x, *_ in examples(batches))
