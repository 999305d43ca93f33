"""Reference outputs stored on a preset's card, used to verify that another backend or machine reproduces the model.

The inputs are drawn by NumPy's legacy generator, whose numbers never change. The card stores an even selection of the
output values, and the mean and the standard deviation of each example's output: a few hundred numbers, whatever the
size of x.
"""

import math

import numpy as np

from kvae.capabilities import CLASSIFIER, DECODER, LABELS, POSTERIOR, TRANSLATION, TWO_WAY
from kvae.latent.samplers import Sampler

EXAMPLES, SEED = 4, 0
"""Number of the random inputs, and their seed."""

VALUES = 32
"""Number of output values that are stored."""

DIGITS = 7
"""Significant digits of each stored number, as many as a float32 has."""


def probe(model, sampler: Sampler | None = None) -> dict | None:
    """Return the reference outputs of `model`, and of its sampler, or None if there are none."""
    outputs = _outputs(model, EXAMPLES, SEED, sampler)
    if outputs is None:
        return None
    return {"examples": EXAMPLES, "seed": SEED, "answers": {name: _stored(output) for name, output in outputs.items()}}


def deviation(model, stored: dict, sampler: Sampler | None = None) -> float:
    """Return the largest difference between the outputs of `model`, and of its sampler, and those that `probe` returned.

    The difference is relative for numbers above 1, and infinite if the outputs have other names or shapes.
    """
    outputs = _outputs(model, stored["examples"], stored["seed"], sampler)
    if not outputs or set(outputs) != set(stored["answers"]):
        return float("inf")
    return max(_distance(_stored(outputs[name]), expected) for name, expected in stored["answers"].items())


def inputs(model, n: int, seed: int) -> tuple[np.ndarray, ...]:
    """Return `n` random inputs of `model`: (x,), or (x, y) if it takes labels or the domains of images to translate.

    An image x is made of 8 × 8 squares of random brightness in [0, 1]. A vector x is standard normal if the likelihood
    is one of real numbers. Any other x is uniform in [0, 1]. Values are rounded to the levels of the likelihood, if it
    has any.
    """
    rng, shape = np.random.RandomState(seed), model.data_shape
    support = model.likelihood.support if DECODER in model.capabilities else "unit"
    if len(shape) == 1 and support == "real":
        x = rng.standard_normal((n, *shape))
    elif len(shape) == 3:
        side = math.ceil(max(shape[:2]) / 8)  # pixels per square
        x = rng.random_sample((n, 8, 8, shape[2])).repeat(side, axis=1).repeat(side, axis=2)[:, : shape[0], : shape[1]]
    else:
        x = rng.random_sample((n, *shape))
    if DECODER in model.capabilities:
        x = model.likelihood.nearest(x)
    x = x.astype("float32")
    return (x, model.labels.random(rng, n)) if model.capabilities & {LABELS, TWO_WAY} else (x,)


def _outputs(model, n: int, seed: int, sampler: Sampler | None) -> dict[str, np.ndarray] | None:
    """Return the outputs of `model` that are the same on all backends, by the name of the method or as "sampler"."""
    if CLASSIFIER in model.capabilities:
        return {"probabilities": model.probabilities(inputs(model, n, seed)[0])}
    if TRANSLATION in model.capabilities:
        return {"translate": model.translate(*inputs(model, n, seed))}
    if DECODER not in model.capabilities:
        return None
    x, *y = inputs(model, n, seed)
    outputs = {"reconstruct": model.reconstruct(x, *y)}
    if y and POSTERIOR in model.capabilities:
        # Temperature 0 decodes the mean of each label's prior. Without labels there is only one such mean.
        outputs["sample"] = model.sample(n, *y, seed=seed, temperature=0.0)
    if sampler is not None:  # NumPy draws its codes, on every backend
        outputs["sampler"] = model.sample(n, *y, seed=seed, sampler=sampler)
    return outputs


def _stored(output: np.ndarray) -> dict:
    flat = np.asarray(output, "float64").reshape(len(output), -1)  # (B, …) -> (B, values of one example)
    chosen = np.linspace(0, flat.size - 1, min(VALUES, flat.size)).astype(int)
    numbers = {"mean": flat.mean(axis=1), "deviation": flat.std(axis=1), "some": flat.ravel()[chosen]}
    rounded = {name: [float(f"{v:.{DIGITS}g}") for v in values] for name, values in numbers.items()}
    return {"shape": list(np.shape(output)), **rounded}


def _distance(found: dict, expected: dict) -> float:
    if found["shape"] != list(expected["shape"]):
        return float("inf")
    distances = []
    for name in ("mean", "deviation", "some"):
        if len(found[name]) != len(expected[name]):
            return float("inf")
        a, b = np.asarray(found[name]), np.asarray(expected[name])
        distances.append(np.max(np.abs(a - b) / np.maximum(1.0, np.abs(b))))
    return float(np.max(distances))
