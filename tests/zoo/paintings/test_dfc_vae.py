"""The feature network of the recipe paintings/dfc_vae."""

import keras
import numpy as np
import pytest

from kvae import networks, zoo
from kvae.errors import UserError
from kvae.runs import Run
from tests.zoo.small import FACES, random_dataset, small_values


def test_dfc_vae_takes_features_of_a_classifiers_run(tmp_path):
    recipes = zoo.load("paintings/classifier"), zoo.load("paintings/dfc_vae")
    classifier, vae = (recipe.model(random_dataset(recipe.name), small_values(recipe)) for recipe in recipes)
    for name, model in (("classifier", classifier), ("vae", vae)):
        Run.create(tmp_path / name, {}).save_model(model)
    values = small_values(recipes[1], {"model.features": str(tmp_path / "classifier")})
    x = np.random.default_rng(1).random((2, *FACES), "float32")
    maps = recipes[1].model(random_dataset("paintings/dfc_vae"), values).features(x, training=False)
    expected = networks.feature_maps(classifier.net)(x, training=False)
    for found, other in zip(maps, expected, strict=True):
        np.testing.assert_allclose(*map(keras.ops.convert_to_numpy, (found, other)), atol=1e-5)
    with pytest.raises(UserError, match="run or preset of a classifier"):
        recipes[1].model(random_dataset("paintings/dfc_vae"), {**values, "model.features": str(tmp_path / "vae")})
