"""The classes that a classifier assigns to translations."""

from collections.abc import Iterator

import numpy as np

from kvae.capabilities import STRENGTH, TRANSLATION
from kvae.evaluation.metric import Classifier, ClassNames, Seed, metric
from kvae.evaluation.requirements import NotApplicable
from kvae.evaluation.translation_sets import Kind, kinds_of
from kvae.images.thumbnails import reduced

STRENGTHS = (0.0, 0.5, 1.0, 1.5, 2.0)
"""Strengths of the translations of a model that shifts latent codes."""

DIRECTIONS = 5
"""Number of random directions that are compared with the shift."""


@metric("answers", needs={TRANSLATION}, default_for=None, reports=("answers.*",))
def answers(
    model, batches, *, classifier: Classifier = None, class_names: ClassNames = (), seed: Seed = 0
) -> dict[str, float]:
    """Return the shares of classes that a classifier of images assigns to translations of held-out images.

    `answers.KIND.SET.CLASS`: share of the images in a set that it assigns to the class. KIND is as in the metric translated,
    and SET is "translations", "inputs" or "held_out", the held-out images of the kind.
    `answers.KIND.SET.CLASS.probability`: mean probability of the class.

    A model that shifts latent codes has further sets. "strength_50%" are the translations of strength 0.5, and
    "random_50%" images whose codes are shifted as far in `DIRECTIONS` random directions. The strengths are `STRENGTHS`.

    Images are averaged over blocks of pixels if they are larger than those of the classifier by a whole factor.
    """
    if classifier is None:
        raise NotApplicable("it needs a classifier: --classifier RUN")
    values = {}
    for kind in kinds_of(model, batches):
        for name, images in _sets(model, kind, seed):
            probabilities = classifier.probabilities(reduced(images, classifier.data_shape))
            given = classifier.labels.answers(probabilities)
            for number, label in enumerate(class_names):
                value = f"answers.{kind.name}.{name}.{label}"
                values[value] = float(given[:, number].mean())
                values[f"{value}.probability"] = float(probabilities[:, number].mean(dtype="float64"))
    return values


def _sets(model, kind: Kind, seed: int) -> Iterator[tuple[str, np.ndarray]]:
    """Yield sets of images of a kind, with their names."""
    from keras import ops

    yield from (("translations", kind.translations), ("inputs", kind.inputs), ("held_out", kind.real))
    if STRENGTH not in model.capabilities:
        return
    for strength in STRENGTHS:
        yield f"strength_{strength:.0%}", model.translate(kind.inputs, kind.domain, strength=strength)
    code, rng = model.encode(kind.inputs), np.random.default_rng(seed)
    length = np.linalg.norm(np.diff(ops.convert_to_numpy(model.means), axis=0))
    directions = rng.standard_normal((DIRECTIONS, *model.latent_shape)).astype("float32")
    directions = [length / np.linalg.norm(direction) * direction for direction in directions]
    for strength in STRENGTHS:
        shifted = [model.decoded(code + strength * direction) for direction in directions]
        yield f"random_{strength:.0%}", np.concatenate(shifted)
