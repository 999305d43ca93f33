"""Seed generators: new ones, and those of random layers, such as `Dropout`."""

import keras


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
    for layer in model._flatten_layers():
        for generator in vars(layer).values():
            if isinstance(generator, keras.random.SeedGenerator) and generator._initial_seed is None:
                generator._initial_seed = int(keras.ops.convert_to_numpy(generator.state)[0])
