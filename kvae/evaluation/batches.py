"""Held-out batches in the form that models take."""

from collections.abc import Iterator


def examples(batches) -> Iterator[tuple]:
    """Yield each batch as the arguments of a model's methods: (x,), or (x, y)."""
    from keras.utils import unpack_x_y_sample_weight

    for i in range(len(batches)):
        x, y, _ = unpack_x_y_sample_weight(batches[i])
        yield (x,) if y is None else (x, y)
