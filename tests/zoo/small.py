"""Recipes with small networks, and random data in their shapes."""

import types

import numpy as np

from kvae.data import Dataset, Split

SMALL = {
    "model.width": 2,
    "model.hidden": (4,),
    "model.latent": 2,
    "model.blocks": 1,
    "model.stages": 1,
}
"""Settings that make the networks of a recipe small, for the parameters that it has."""

SHORT = {"model.turns": (1, 1)}
"""Settings that make a round short: one turn for each of the two classes of the random data. More take long to compile."""

FACES = (64, 64, 3)
TRANSLATED = (16, 16, 3)
SHAPES = {
    "digits": (8, 8, 1),
    "swiss_roll": (3,),
    "mnist": (28, 28, 1),
    "binarized_mnist": (28, 28, 1),
    "folder": (32, 32, 3),
    "celeba": FACES,
    "paintings": FACES,
    "stl10": FACES,
    "cifar10": (32, 32, 3),
    "monet2photo": TRANSLATED,
    "facades": TRANSLATED,
}


def random_dataset(name):
    """Return random bytes in the shape of the data set of recipe `name`. Facades have target images y."""
    folder = name.split("/")[0]
    x = np.random.default_rng(0).integers(0, 17, (8, *SHAPES[folder])) * 255 // 16
    targets = {"celeba": np.eye(8, 2, dtype="uint8"), "facades": x[::-1].astype("uint8")}
    y = targets.get(folder, np.arange(8, dtype="int32") % 2)
    years = np.where(np.arange(8) < 6, 1865 + 7 * np.arange(8), np.nan)
    split = Split(x.astype("uint8"), y, types.MappingProxyType({"year": years}))
    return Dataset(folder, split, split, split, ("one", "two"), "bytes", "0" * 64)


def small_values(recipe, settings=types.MappingProxyType({})):
    """Return the parameters of a recipe with small networks. Those of `settings` that the recipe has take precedence."""
    known = recipe.parameters()
    return recipe.resolve({k: v for k, v in {**SMALL, **settings}.items() if k in known})
