"""Latent codes of held-out examples as vectors (N, D), with their classes, labels or years.

A code of shape (h, w, c) is flattened: D = h · w · c. `codes` and the functions that use it return the codes of
`encode`, the posterior means. `sampled_codes_and_labels` draws codes from the posterior.
"""

import numpy as np

from kvae.capabilities import LABELS
from kvae.evaluation.batches import examples
from kvae.evaluation.compute import per_example
from kvae.evaluation.labels import classes_of
from kvae.evaluation.requirements import NotApplicable


def codes(model, batches) -> np.ndarray:
    """Return the codes (N, D) of all examples in the order of the batches, in float64.

    A model that takes labels encodes an example with its true labels. A MultiEncoder thus uses the encoder of its
    domain.
    """
    z = np.concatenate([model.encode(*data) for data in examples(batches)])  # (N, *latent_shape)
    return z.reshape(len(z), -1).astype("float64")


def codes_and_classes(model, batches) -> tuple[np.ndarray, np.ndarray]:
    """Return the codes (N, D) and classes (N,) of the examples whose class is known."""
    y = classes_of(batches)
    z = codes(model, batches)
    return z[y >= 0], y[y >= 0]


def codes_under_every_class(model, batches) -> tuple[np.ndarray, np.ndarray]:
    """Return the codes and classes (N,) of the examples whose class is known, without using the class to encode them.

    The codes are (N, D). If the model takes classes, they are (N, P, D): one code for each class that the example might
    be of.
    """
    if LABELS not in model.capabilities:
        return codes_and_classes(model, batches)
    y = classes_of(batches)
    if not model.labels.exclusive:
        raise NotApplicable("it needs classes, and the labels are attributes")
    z = np.concatenate([model.encode_each(x) for x, *_ in examples(batches)])  # (N, P, *latent_shape)
    z = z.reshape(*z.shape[:2], -1).astype("float64")
    return z[y >= 0], y[y >= 0]


def codes_and_years(model, batches) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Return the codes (N, D), years (N,) and classes (N,) of the examples with a year. Classes are None if unknown."""
    if "year" not in batches.columns:
        raise NotApplicable("the data have no years")
    years = np.asarray(batches.columns["year"], "float64")[batches.order]
    known = np.isfinite(years)
    y = batches.labels
    if y is not None:
        y = np.asarray(y)[batches.order][known] if np.ndim(y) == 1 else None
    return codes(model, batches)[known], years[known], y


def sampled_codes_and_labels(model, batches, seed: int) -> tuple[dict[str, np.ndarray], list[np.ndarray]]:
    """Return codes z ~ q(z|x) and 0/1 labels.

    The codes are (N, D) for each part of the latent code, by the name of the part (`model.parts`). There is an array of
    labels (N,) for each attribute or class. If there are two classes, only the second has one, because it determines
    the first.
    """
    if batches.labels is None:
        raise NotApplicable("the data have no labels")

    def draw(generator, *data):
        return (model.posterior(*data).sample(generator),)

    (z,) = per_example("sampled codes", draw, model, examples(batches), seed)
    y = np.asarray(batches.labels)[batches.order]
    if y.ndim == 2:
        labels = list(y.T)
    else:
        labels = [y == value for value in np.unique(y)]
        labels = labels[1:] if len(labels) == 2 else labels
    parts = {part: z[..., units].reshape(len(z), -1) for part, units in model.parts.items()}
    return parts, [np.asarray(y, int) for y in labels]
