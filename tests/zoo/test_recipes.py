"""Every recipe: it builds, trains a round, and its choices have an effect."""

import dataclasses
import json
import re
from typing import Literal, get_args, get_origin

import keras
import numpy as np
import pytest
from PIL import Image

from kvae import zoo
from kvae.capabilities import DOMAINS
from kvae.errors import UserError
from kvae.loading import check_config
from kvae.recipes.inputs import batches
from kvae.zoo.paintings._shared import ARTISTS
from tests.contracts.models import EAGERLY, step_of
from tests.zoo.small import SHORT, random_dataset, small_values

SLOW_GRAPHS = ("facades/bicycle_gan", "folder/autoencoder_kl")
"""Recipes whose training step takes long to compile."""

FIRST_OF_EACH = list({name.split("/")[0]: name for name in reversed(zoo.names()) if name not in SLOW_GRAPHS}.values())
"""One recipe of each data set."""

ON_JAX_AND_TORCH = ("digits/vae", "swiss_roll/csvae", "celeba/cond_vae")
"""Recipes that are trained on JAX and PyTorch. Other tests compare networks and models between the backends."""


@pytest.mark.parametrize("name", zoo.names() if keras.backend.backend() == "tensorflow" else ON_JAX_AND_TORCH)
def test_recipe_with_defaults_trains_one_round(name):
    recipe = zoo.load(name)
    values = small_values(recipe, SHORT)
    training = recipe.training(values)
    model = recipe.model(random_dataset(name), values)
    check_config(keras.saving.serialize_keras_object(model), name)  # it can be exported
    model.compile(training.optimizer, run_eagerly=EAGERLY and name not in FIRST_OF_EACH)
    split = random_dataset(name).train
    data = (split.x / np.float32(255), *((split.y,) if "y" in model.batch_spec else ()))
    logs = model.train_on_batch(*step_of(model, data), return_dict=True)
    assert logs
    assert all(np.isfinite(v) for v in logs.values())
    for variable, schedule in training.anneal.items():
        assert isinstance(getattr(model, variable), keras.Variable)
        assert np.isfinite([schedule(epoch) for epoch in range(training.epochs)]).all()
    assert dataclasses.is_dataclass(training)


def _choices():
    """Yield (recipe, parameter, value) for every choice other than a default.

    Each likelihood of images is tried in one recipe, and the one with the most outputs in all recipes.
    """
    tried = set()
    for name in zoo.names():
        for parameter in zoo.load(name).parameters().values():
            is_literal = get_origin(parameter.annotation) is Literal
            values = get_args(parameter.annotation) if is_literal else (False, True)
            if is_literal or parameter.annotation is bool:
                for value in values:
                    once = parameter.annotation == zoo.ImageLikelihood and value != "logistic_mixture"
                    if value != parameter.default and not (once and value in tried):
                        yield pytest.param(name, parameter.name, value, id=f"{name} {parameter.name}={value}")
                    tried |= {value} if once else set()


ATTRIBUTES = (
    "5_o_Clock_Shadow Arched_Eyebrows Attractive Bags_Under_Eyes Bald Bangs Big_Lips Big_Nose Black_Hair Blond_Hair Blurry "
    "Brown_Hair Bushy_Eyebrows Chubby Double_Chin Eyeglasses Goatee Gray_Hair Heavy_Makeup High_Cheekbones Male "
    "Mouth_Slightly_Open Mustache Narrow_Eyes No_Beard Oval_Face Pale_Skin Pointy_Nose Receding_Hairline Rosy_Cheeks "
    "Sideburns Smiling Straight_Hair Wavy_Hair Wearing_Earrings Wearing_Hat Wearing_Lipstick Wearing_Necklace "
    "Wearing_Necktie Young"
)
"""The attributes of CelebA in their order."""


def _write_images(folder, names=None, n=12, size=(178, 218)):
    """Write images of noise into a folder, or into its sub-folders `names`. The last image is damaged."""
    for i in range(1, n + 1):
        path = folder / (names[(i - 1) * len(names) // n] if names else "") / f"{i:06}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.effect_noise(size, 50).convert("RGB").save(path)
    path.write_bytes(b"not an image")


@pytest.fixture(scope="module")
def few_data(tmp_path_factory):
    """Write a small copy of each data set whose loading a choice changes, and return the settings that read it."""
    root = tmp_path_factory.mktemp("data")
    _write_images(root / "celeba" / "img_align_celeba")
    lines = ["12", ATTRIBUTES, *(f"{i:06}.png" + 20 * " 1 -1" for i in range(1, 13))]
    (root / "celeba" / "list_attr_celeba.txt").write_text("\n".join(lines) + "\n")
    _write_images(root / "own", ("train/a", "train/b", "val/a", "val/b"), size=(20, 16))
    _write_images(root / "paintings", ARTISTS, size=(20, 16))
    _write_images(root / "monet2photo", ("trainA", "trainB"), size=(20, 16))
    _write_images(root / "facades", ("train", "val"), size=(40, 16))
    dated = [f"{artist}/{i:06}.png,{artist},{1865 + i}," for i, artist in enumerate(np.repeat(ARTISTS, 2), 1)]
    (root / "paintings" / "paintings.csv").write_text("\n".join(["file,artist,year,title", *dated]) + "\n")
    (root / "binarized_mnist").mkdir()
    rows = np.random.default_rng(0).integers(0, 256, (8, 98), np.uint8)
    np.savez(root / "binarized_mnist" / "binarized_mnist_packed.npz", train=rows, valid=rows, test=rows)
    (root / "stl10").mkdir()
    for name in ("train", "test", "unlabeled"):
        (root / "stl10" / f"{name}_X.bin").write_bytes(bytes(12 * 3 * 96 * 96))
        (root / "stl10" / f"{name}_y.bin").write_bytes(bytes(range(1, 10)) + b"\1\2\3")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KVAE_DATA", str(root))
        patch.setenv("KVAE_CACHE", str(root / "cache"))
        yield {"data.path": str(root / "own"), "data.size": 16, "data.n": 40, "data.skip_damaged": True}


def _few(recipe, few_data, settings):
    """Return `few_data`, with its path only for recipes that have no data set of their own, and `settings`."""
    path = recipe.parameters().get("data.path")
    own = {"data.path"} if path is not None and path.default is None else set()
    return {name: value for name, value in few_data.items() if name not in own} | settings


ON_TENSORFLOW = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="other tests compare networks and models between the backends",
)


@ON_TENSORFLOW
@pytest.mark.parametrize(("name", "parameter", "value"), _choices())
def test_recipe_with_any_choice_trains_one_round(name, parameter, value, few_data):
    recipe = zoo.load(name)
    values = small_values(recipe, _few(recipe, few_data, {parameter: str(value)}))
    assert values[parameter] == value
    dataset = recipe.data(values) if parameter.startswith("data.") else random_dataset(name)
    training = recipe.training(values)
    model = recipe.model(dataset, values)
    model.compile(training.optimizer, run_eagerly=EAGERLY)
    data = batches(model, dataset, dataset.train, training, batch_size=8, seed=0)[0]
    if DOMAINS not in model.capabilities:  # other tests cover rounds
        logs = model.train_on_batch(*data, return_dict=True)
        assert logs
        assert all(np.isfinite(v) for v in logs.values())


def _described(recipe, values, dataset):
    """Return model and training as text, without the numbers that Keras appends to names of layers."""
    model = json.dumps(keras.saving.serialize_keras_object(recipe.model(dataset, values)))
    return re.sub(r'_\d+"', '"', model) + repr(dataclasses.replace(recipe.training(values), optimizer=None))


@ON_TENSORFLOW
@pytest.mark.parametrize(("name", "parameter", "value"), [c for c in _choices() if "data." not in c.id])
def test_recipe_with_any_choice_differs_from_default(name, parameter, value):
    recipe, dataset = zoo.load(name), random_dataset(name)
    default, again, chosen = (
        _described(recipe, small_values(recipe, s), dataset) for s in ({}, {}, {parameter: value})
    )
    assert default == again != chosen


@ON_TENSORFLOW
@pytest.mark.parametrize("name", [name for name in zoo.names() if "data.skip_damaged" in zoo.load(name).parameters()])
def test_recipe_skips_damaged_images_only_if_set(name, few_data):
    recipe = zoo.load(name)
    dataset = recipe.data(small_values(recipe, _few(recipe, few_data, {})))
    assert len(dataset.train) + len(dataset.validation) + len(dataset.test or ()) == 11
    with pytest.raises(UserError, match=r"000012\.png"):
        recipe.data(small_values(recipe, _few(recipe, few_data, {"data.skip_damaged": False})))


@pytest.mark.parametrize("name", zoo.names())
def test_recipe_has_no_parameter_that_a_schedule_overwrites(name):
    recipe = zoo.load(name)
    annealed = recipe.training(recipe.resolve()).anneal
    assert not {f"model.{variable}" for variable in annealed} & set(recipe.parameters())


def test_repr_of_a_recipe_is_its_name_and_summary():
    recipe = zoo.load("digits/vae")
    assert repr(recipe) == f"<Recipe digits/vae: {recipe.summary}>"
