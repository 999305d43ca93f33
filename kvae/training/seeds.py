"""The seeds of random layers, such as `Dropout`."""

import keras


def own_seeds(model: keras.Model) -> None:
    """Make every random layer of `model` draw from its own seed generator, whose state is a variable of the model.

    On PyTorch, Keras draws the mask of a `Dropout` without a seed from PyTorch's global generator instead, whose state no
    checkpoint holds. A seed generator that knows its first seed is used on every backend.
    """
    for layer in model._flatten_layers():
        for generator in vars(layer).values():
            if isinstance(generator, keras.random.SeedGenerator) and generator._initial_seed is None:
                generator._initial_seed = int(keras.ops.convert_to_numpy(generator.state)[0])
