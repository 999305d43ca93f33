"""Seed generators: new ones, and those of random layers, such as `Dropout`."""

from collections.abc import Iterator

import keras
from keras import ops


def generator_of(seed: int | None) -> keras.random.SeedGenerator:
    """Return a new seed generator. It starts at a random seed if `seed` is None.

    All of them have the same name, because TensorFlow keeps memory for each name of a variable.
    """
    return keras.random.SeedGenerator(seed, name="draws")


def own_seeds(model: keras.Model) -> None:
    """Make every random layer of `model` draw from its own seed generator, whose state is a variable of the model.

    On PyTorch, Keras draws the mask of a `Dropout` without a seed from PyTorch's global generator instead, whose state no
    checkpoint holds. A seed generator that knows its first seed is used on every backend.
    """
    for generator in _seed_generators(model):
        if generator._initial_seed is None:
            generator._initial_seed = int(ops.convert_to_numpy(generator.state)[0])


def called_as_in_training(net: keras.Model, x, seed):
    """Return `net`(x) as in training, with active dropout and the statistics of this batch. No variable changes.

    Args:
        net: a network whose random layers draw from their own seed generators (`own_seeds`).
        x: the input.
        seed: an integer tensor (), the seed of all random layers.
    """
    numbers = {id(generator.state): number for number, generator in enumerate(_seed_generators(net))}
    state = [
        ops.cast(ops.stack([seed, numbers[id(variable)]]), variable.dtype)
        if id(variable) in numbers
        else variable.value
        for variable in net.non_trainable_variables
    ]
    y, _ = net.stateless_call([variable.value for variable in net.trainable_variables], state, x, training=True)
    return y


def _seed_generators(model: keras.Model) -> Iterator[keras.random.SeedGenerator]:
    """Yield the seed generators of all layers of `model`."""
    for layer in model._flatten_layers():
        for value in vars(layer).values():
            if isinstance(value, keras.random.SeedGenerator):
                yield value
