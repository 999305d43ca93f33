"""Batches of held-out data as models take them."""

import keras


def examples(batches):
    """Every batch as a model takes it: (x,), or (x, y)."""
    for i in range(len(batches)):
        x, y, _ = keras.utils.unpack_x_y_sample_weight(batches[i])
        yield (x,) if y is None else (x, y)
