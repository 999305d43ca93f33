"""Latent codes of a model, to which a sampler is fitted."""

import math

import numpy as np
from keras import ops

from kvae.capabilities import LABELS
from kvae.evaluation.batches import examples, new_rows
from kvae.evaluation.compute import seeded

MOST, MOST_VALUES = 10_000, 2**24
"""Largest number of codes to which a sampler is fitted, and largest number of their values. It bounds the memory."""


def draw_codes(model, batches, seed: int = 0, most: int | None = None) -> tuple[np.ndarray, np.ndarray | None]:
    """Return latent codes z ~ q(z|x) of training examples (N, *latent), and their encoded labels (N, A).

    The codes are in the units of `model.code_units`. The labels are None if the model takes none. Equal examples, which a
    recipe repeats if their labels are rare, count once. Otherwise a code that is held back could be that of an example with
    which the sampler was fitted.

    Args:
        model: a model with a decoder.
        batches: training examples in random order.
        seed: seed of the draws.
        most: number of codes; by default `MOST`, or fewer if the codes are large.
    """

    def draw(generator, x, *condition):
        location, scale = model.code_units(*condition)
        return (model.draw_code(x, *condition, seed=generator) - location) / scale

    most = most or max(1, min(MOST, MOST_VALUES // math.prod(model.latent_shape)))
    run, known = seeded("codes of a sampler", draw, model, seed), set()
    codes, labels, count = [], [], 0
    for x, *y in examples(batches):
        z = ops.convert_to_numpy(run(*map(ops.convert_to_tensor, (x, *y))))
        rows = new_rows(x, known)
        codes.append(z[rows])
        labels += [model.encoded_labels(*y)[rows]] if y else []
        count += len(rows)
        if count >= most:
            break
    return np.concatenate(codes)[:most], np.concatenate(labels)[:most] if labels else None


def is_exclusive(model) -> bool:
    """Return True if the model takes classes."""
    return LABELS in model.capabilities and model.labels.exclusive
