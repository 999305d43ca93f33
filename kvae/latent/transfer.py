"""Transfer of labels and of styles to given images."""

from collections.abc import Sequence

import numpy as np

from kvae.errors import UserError


def rows_to_change(y: np.ndarray, new_y: np.ndarray) -> np.ndarray:
    """Return the row numbers of the examples whose labels `y` (N, …) differ from `new_y` (N, …)."""
    return np.flatnonzero((new_y != y).reshape(len(y), -1).any(axis=1))


def transfer_steps(model, x: np.ndarray, y: np.ndarray, new_y: np.ndarray, steps: int) -> np.ndarray:
    """Return images on the way from the reconstruction of each example to the example with new labels: (N, S, …).

    Args:
        model: a model that takes labels.
        x: examples (N, …).
        y, new_y: labels of the examples, and the labels that replace them.
        steps: number S of images on the way, both ends included.
    """
    return np.stack([model.transfer(x, y, new_y, amount=amount) for amount in np.linspace(0, 1, steps)], axis=1)


def restyle(model, x: np.ndarray, y: np.ndarray, style: np.ndarray, style_y: np.ndarray) -> np.ndarray:
    """Return each image of `x` (N, …) with the label part w of the code of each image of `style` (S, …): (N, S, …)."""
    row = np.repeat(np.arange(len(x)), len(style))  # (N · S,)
    column = np.tile(np.arange(len(style)), len(x))
    restyled = model.restyle(x[row], y[row], style[column], style_y[column])
    return restyled.reshape(len(x), len(style), *x.shape[1:])


def predict_labels(
    classifier, class_names: Sequence[str], x: np.ndarray, names: Sequence[str], exclusive: bool
) -> np.ndarray:
    """Return the labels that a classifier predicts for images `x` (N, …).

    Args:
        classifier: a trained classifier.
        class_names: names of the outputs of the classifier.
        x: images (N, …).
        names: names of the classes or attributes to predict.
        exclusive: True for classes, which are returned as int32 (N,). False for attributes, uint8 (N, A).

    Raises:
        UserError: the classifier does not predict one of `names`.
    """
    if missing := [name for name in names if name not in class_names]:
        raise UserError(f"Expected a classifier of {', '.join(names)}. Received: one without {', '.join(missing)}.")
    columns = [list(class_names).index(name) for name in names]
    answers = classifier.labels.answers(classifier.probabilities(x))[:, columns]
    return np.argmax(answers, axis=1).astype("int32") if exclusive else answers.astype("uint8")
