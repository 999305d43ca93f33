"""Compiled computations over held-out batches."""

from collections.abc import Callable, Iterable

import numpy as np


def seeded(key: str, function: Callable, model, seed: int) -> Callable:
    """Return `function(generator, *tensors)` of tensors alone, compiled once per model and `key`.

    `generator` is a seed generator of the model, which restarts at `seed`. A function that is compiled in each call would
    keep memory for ever on TensorFlow.
    """
    from kvae.backends import compiled
    from kvae.backends.cached import cached
    from kvae.training.seeds import generator_of

    generator = seed_generator(model)
    generator.state.assign(generator_of(seed).state)
    variables = [*model.variables, generator.state]
    return cached(model, key, lambda: compiled(lambda *data: function(generator, *data), variables))


def seed_generator(model):
    """Return the seed generator of the model's metrics."""
    import keras

    from kvae.backends.cached import cached

    return cached(model, "seed generator of metrics", keras.random.SeedGenerator)


def per_example(key: str, function: Callable, model, data: Iterable[tuple], seed: int) -> tuple[np.ndarray, ...]:
    """Return the values of `function(generator, x)`, or `function(generator, x, y)`, for all examples, in float64.

    `data` yields each batch as (x,) or (x, y). `function` is called on the tensors of each batch, compiled under `key`
    (`seeded`). It returns a tuple of tensors whose first axis is the batch. Each tensor is concatenated over the batches.
    """
    from keras import ops

    run = seeded(key, function, model, seed)
    parts = [[ops.convert_to_numpy(value) for value in run(*map(ops.convert_to_tensor, batch))] for batch in data]
    return tuple(np.concatenate(column).astype("float64") for column in zip(*parts, strict=True))
