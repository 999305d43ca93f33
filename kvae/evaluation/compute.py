"""Compiled computations over held-out batches."""

from collections.abc import Callable

import numpy as np

from kvae.evaluation.batches import examples


def per_example(function: Callable, model, batches, seed: int) -> tuple[np.ndarray, ...]:
    """Return the values of `function(generator, x)`, or `function(generator, x, y)`, for all examples, in float64.

    `generator` is a seed generator with this `seed`. `function` is compiled and called on the tensors of each batch. It
    returns a tuple of tensors whose first axis is the batch. Each tensor is concatenated over the batches.
    """
    import keras
    from keras import ops

    from kvae.backends import compiled

    generator = keras.random.SeedGenerator(seed)
    run = compiled(lambda *data: function(generator, *data), [*model.variables, generator.state])
    parts = [
        [ops.convert_to_numpy(value) for value in run(*map(ops.convert_to_tensor, data))] for data in examples(batches)
    ]
    return tuple(np.concatenate(column).astype("float64") for column in zip(*parts, strict=True))
