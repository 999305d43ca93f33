"""Labels of held-out batches: classes, attributes and their names."""

from collections.abc import Iterable

import numpy as np

from kvae.evaluation.requirements import NotApplicable


def classes_of(batches) -> np.ndarray:
    """Return the classes (N,) of all examples in the order of the batches. The class of an example is −1 if unknown."""
    if batches.labels is None:
        raise NotApplicable("the data have no labels")
    if np.ndim(batches.labels) != 1:
        raise NotApplicable("it needs classes, and the labels are attributes")
    return np.asarray(batches.labels)[batches.order].astype("int64")


def class_names(batches, classes: Iterable[int]) -> list[str]:
    """Return the names of `classes`. A class without a name is called by its number."""
    return [batches.names[number] if number < len(batches.names) else str(number) for number in classes]


def present_classes(batches) -> dict[str, np.ndarray]:
    """Return a mask (N,) of the examples of each known class, by the name of the class."""
    classes = classes_of(batches)
    present = np.unique(classes[classes >= 0])
    names = class_names(batches, present)
    return {name: classes == number for name, number in zip(names, present, strict=True)}


def label_matrix(model, y) -> np.ndarray:
    """Return the labels `y` of N examples as truth values (N, A), with a column for each attribute or class."""
    from keras import ops

    return model.labels.answers(ops.convert_to_numpy(model.labels.encode(y)))


def label_names(batches, count: int) -> list[str]:
    """Return the names of the `count` columns of `label_matrix`: numbers if `batches` has fewer or more names."""
    return list(batches.names) if len(batches.names) == count else [str(i) for i in range(count)]
