"""A few answers of a model, kept on its card: by them another backend or machine tells that it computes the same.

The questions are drawn by NumPy's legacy generator, whose numbers are the same for ever. Of the answers an even choice is
kept, beside the mean and the standard deviation of each example's: a few hundred numbers, whatever the pictures' size.
"""

import numpy as np

from kvae.capabilities import POSTERIOR
from kvae.models import Classifier
from kvae.models.base.latent import LatentModel

EXAMPLES, SEED, KEPT = 4, 0, 32

DIGITS = 7
"""Of each number kept: what a float32 holds."""


def probe(model) -> dict | None:
    """What a card keeps of the answers of `model`; None of a model that has none of the usual ones."""
    answers = _answers(model, EXAMPLES, SEED)
    return answers and {"examples": EXAMPLES, "seed": SEED, "answers": {k: _kept(v) for k, v in answers.items()}}


def deviation(model, kept: dict) -> float:
    """How far the answers of `model` lie from those that `probe` kept: the largest difference, of numbers above 1 the
    largest relative one. Infinite, where they are of another shape or none."""
    answers = _answers(model, kept["examples"], kept["seed"])
    if not answers or set(answers) != set(kept["answers"]):
        return float("inf")
    return max(_distance(_kept(answers[name]), expected) for name, expected in kept["answers"].items())


def questions(model, n: int, seed: int) -> tuple[np.ndarray, ...]:
    """(x,), or (x, y) for a model that takes labels: pictures of soft random squares, or points."""
    rng, shape = np.random.RandomState(seed), model.data_shape
    likelihood = getattr(model, "likelihood", None)
    if len(shape) == 1 and likelihood is not None and likelihood.support == "real":
        x = rng.standard_normal((n, *shape))
    elif len(shape) == 3:
        side = -(-max(shape[:2]) // 8)  # pixels of a square, eight squares to a picture
        x = rng.random_sample((n, 8, 8, shape[2])).repeat(side, axis=1).repeat(side, axis=2)[:, : shape[0], : shape[1]]
    else:
        x = rng.random_sample((n, *shape))
    if levels := getattr(likelihood, "levels", None):
        x = np.round(x * (levels - 1)) / (levels - 1)
    x = x.astype("float32")
    return (x,) if "y" not in model.batch_spec else (x, model.labels.random(rng, n))


def _answers(model, n: int, seed: int) -> dict[str, np.ndarray] | None:
    if isinstance(model, Classifier):
        return {"probabilities": model.probabilities(questions(model, n, seed)[0])}
    if not isinstance(model, LatentModel):
        return None
    x, *y = questions(model, n, seed)
    answers = {"reconstruct": model.reconstruct(x, *y)}
    if y and POSTERIOR in model.capabilities:
        answers["sample"] = model.sample(n, *y, seed=seed, temperature=0.0)  # of each label's prior, the mean
    return answers


def _kept(answer: np.ndarray) -> dict:
    flat = np.asarray(answer, "float64").reshape(len(answer), -1)
    chosen = np.linspace(0, flat.size - 1, min(KEPT, flat.size)).astype(int)
    numbers = {"mean": flat.mean(axis=1), "deviation": flat.std(axis=1), "some": flat.ravel()[chosen]}
    rounded = {name: [float(f"{v:.{DIGITS}g}") for v in values] for name, values in numbers.items()}
    return {"shape": list(np.shape(answer)), **rounded}


def _distance(found: dict, expected: dict) -> float:
    if found["shape"] != list(expected["shape"]):
        return float("inf")
    distances = []
    for name in ("mean", "deviation", "some"):
        a, b = np.asarray(found[name]), np.asarray(expected[name])
        distances.append(np.max(np.abs(a - b) / np.maximum(1.0, np.abs(b))))
    return float(np.max(distances))
