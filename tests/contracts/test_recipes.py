"""Every recipe builds, trains a round and states what it promises."""

import dataclasses
import types

import keras
import numpy as np
import pytest

from kvae import zoo
from kvae.data import Dataset, Split

SMALL = {"width": 2, "hidden": (4,), "latent": 2}
"""What makes a recipe's nets small, where it has such a parameter."""

SHAPES = {"digits": (8, 8, 1), "swiss_roll": (3,), "mnist": (28, 28, 1), "folder": (64, 64, 3), "celeba": (64, 64, 3)}


def _dataset(name):
    """Random bytes in the shape of the data set that a recipe is for."""
    folder = name.split("/")[0]
    x = np.random.default_rng(0).integers(0, 17, (8, *SHAPES[folder])) * 255 // 16
    split = Split(x.astype("uint8"), np.zeros(8, "int32"), types.MappingProxyType({}))
    return Dataset(folder, split, split, split, ("one",), "bytes", "0" * 64)


@pytest.mark.parametrize("name", zoo.names())
def test_builds_and_trains_one_round(name):
    recipe = zoo.load(name)
    known = recipe.parameters()
    values = recipe.resolve({f"model.{k}": v for k, v in SMALL.items() if f"model.{k}" in known})
    training = recipe.training(values)
    model = recipe.model(_dataset(name), values)
    model.compile(training.optimizer)
    split = _dataset(name).train
    data = (split.x / np.float32(255), *((split.y,) if training.labels else ()))
    logs = model.train_on_batch(*data, return_dict=True)
    assert logs
    assert all(np.isfinite(v) for v in logs.values())
    for variable, schedule in training.anneal.items():
        assert isinstance(getattr(model, variable), keras.Variable)
        assert np.isfinite([schedule(epoch) for epoch in range(training.epochs)]).all()
    assert dataclasses.is_dataclass(training)


@pytest.mark.parametrize("name", zoo.names())
def test_no_parameter_is_overwritten_by_a_schedule(name):
    """A variable that training anneals is no parameter of the model: setting it would do nothing, without a word."""
    recipe = zoo.load(name)
    annealed = recipe.training(recipe.resolve()).anneal
    assert not {f"model.{variable}" for variable in annealed} & set(recipe.parameters())


@pytest.mark.parametrize("name", zoo.names())
def test_states_source_figure_cost_and_command(name):
    recipe = zoo.load(name)
    for heading in ("Source:", "Expected", "Cost:", "Command:"):
        assert f"\n{heading}" in recipe.docstring, f"{name} does not state {heading}"
    assert f"kvae train {name}" in recipe.docstring
    assert 20 < len(recipe.summary) <= 110
    assert "{" not in recipe.docstring


@pytest.mark.parametrize("name", zoo.names())
def test_parameters_are_typed_by_the_signature(name):
    recipe = zoo.load(name)
    for parameter in recipe.parameters().values():
        assert parameter.parse(parameter.default) == parameter.default
        text = ",".join(map(str, parameter.default)) if isinstance(parameter.default, tuple) else str(parameter.default)
        assert parameter.parse(text) == parameter.default


def test_choices_are_read_from_text():
    recipe = zoo.load("mnist/iwae")
    assert recipe.resolve({"model.layers": "2", "schedule": "published"})["model.layers"] == 2
    assert recipe.parameters()["model.layers"].type_name == "one of 1, 2"
