"""Translations of held-out images, and the real images that they imitate."""

import dataclasses
from collections.abc import Iterator

import numpy as np

from kvae.capabilities import TWO_WAY
from kvae.evaluation.batches import examples, new_rows
from kvae.evaluation.labels import classes_of
from kvae.evaluation.requirements import NotApplicable

TARGETS = "targets"
"""Name of the kind of images that a model of pairs imitates."""


@dataclasses.dataclass
class Kind:
    """Images that a model imitates: a domain, or the targets of pairs.

    Args:
        name: name of the domain, or `TARGETS`.
        inputs: held-out images (N, …) that are translated.
        translations: their translations (N, …).
        real: held-out images of the kind (M, …).
        sources: the real images (N, …) that show what the translations should show: the inputs, or the targets of pairs.
        domain: number of the domain of the inputs, or None for pairs.
    """

    name: str
    inputs: np.ndarray
    translations: np.ndarray
    real: np.ndarray
    sources: np.ndarray
    domain: int | None = None


def kinds_of(model, batches) -> Iterator[Kind]:
    """Yield the kinds of images that `model` imitates, with translations of the held-out images of `batches`."""
    if TWO_WAY not in model.capabilities:
        x, targets = images_and_targets(batches)
        yield Kind(TARGETS, x, model.translate(x), targets, targets)
        return
    x = images_and_targets(batches)[0]
    for domain, name in enumerate(model.domains):
        of_kind = of_domain(batches, domain)
        inputs = x[of_domain(batches, 1 - domain)]
        yield Kind(name, inputs, model.translate(inputs, 1 - domain), x[of_kind], inputs, 1 - domain)


def training_images(kind: Kind, training) -> np.ndarray:
    """Return the different training images of a kind.

    Raises:
        NotApplicable: a set of images of the kind has fewer than three.
    """
    x, targets = images_and_targets(training)
    images = targets if kind.domain is None else x[of_domain(training, 1 - kind.domain)]
    images = images[new_rows(images, set())]
    if min(len(kind.inputs), len(kind.real), len(images)) < 3:
        raise NotApplicable(f"it needs three different images of each kind, or more ({kind.name})")
    return images


def of_domain(batches, domain: int) -> np.ndarray:
    """Return a mask of the examples of a domain, 0 or 1."""
    classes = classes_of(batches)
    if not set(classes) <= {0, 1}:
        raise NotApplicable("it needs images of two domains")
    return classes == domain


def images_and_targets(batches) -> tuple[np.ndarray, np.ndarray]:
    """Return all images, and their targets: for a model without targets, the images themselves."""
    x, *y = (np.concatenate(arrays) for arrays in zip(*examples(batches), strict=True))
    return x, (y[0] if y and y[0].ndim == x.ndim else x)
