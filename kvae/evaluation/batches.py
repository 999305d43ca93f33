"""Held-out batches in the form that models take."""

from collections.abc import Iterator

import numpy as np


def examples(batches) -> Iterator[tuple]:
    """Yield each batch as the arguments of a model's methods: (x,), or (x, y)."""
    from keras.utils import unpack_x_y_sample_weight

    for i in range(len(batches)):
        x, y, _ = unpack_x_y_sample_weight(batches[i])
        yield (x,) if y is None else (x, y)


def new_rows(x: np.ndarray, known: set[int]) -> list[int]:
    """Return the rows of examples (B, …) that equal no earlier row and none that is known. They are then known, too.

    Args:
        x: the examples.
        known: checksums of the examples that are known.
    """
    rows = []
    for row, example in enumerate(x):
        checksum = hash(example.tobytes())
        if checksum not in known:
            known.add(checksum)
            rows.append(row)
    return rows
