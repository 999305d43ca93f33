"""Parameters of recipes: types, ranges and values as text."""

from pathlib import Path
from typing import Annotated, Literal

import pytest

from kvae import zoo
from kvae.errors import UserError
from kvae.recipes.parameters import Count, FilePath, NonNegative, Parameter, Positive, Width, parameters_of
from kvae.recipes.space import Between, OneOf


def _function(
    latent: Annotated[Count, Between(32, 256, log=True)] = 128,
    layers: Annotated[Literal[1, 2], OneOf(1, 2)] = 1,
    hidden: tuple[Count, ...] = (8, 8),
    names: tuple[str, ...] = (),
    beta: NonNegative = 1.0,
    rate: Positive = 1e-3,
    epochs: Count | None = None,
    width: Width = 16,
    smooth: bool = False,
    untyped=3,
):
    pass


PARAMETERS = parameters_of(_function, "model.")


def test_parameters_of_a_function_have_types_in_words():
    assert {name.removeprefix("model."): parameter.type_name for name, parameter in PARAMETERS.items()} == {
        "latent": "int, 1 or more",
        "layers": "one of 1, 2",
        "hidden": "ints of 1 or more, separated by commas",
        "names": "texts, separated by commas",
        "beta": "float, 0 or more",
        "rate": "float above 0",
        "epochs": "int, 1 or more, or none",
        "width": "int, 2 or more",
        "smooth": "bool",
        "untyped": "int",
    }


def test_parameters_of_a_function_hold_their_ranges():
    spaces = {name: parameter.space for name, parameter in PARAMETERS.items() if parameter.space is not None}
    assert spaces == {"model.latent": Between(32, 256, log=True), "model.layers": OneOf(1, 2)}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("latent", "64", 64),
        ("layers", "2", 2),
        ("hidden", "16,8", (16, 8)),
        ("hidden", [16, 8], (16, 8)),
        ("hidden", "()", ()),
        ("names", "a, b", ("a", "b")),
        ("epochs", "none", None),
        ("epochs", "7", 7),
        ("smooth", "true", True),
    ],
)
def test_parameter_parses_text(name, text, value):
    assert PARAMETERS[f"model.{name}"].parse(text) == value


@pytest.mark.parametrize(
    ("name", "text"), [("latent", "0"), ("layers", "3"), ("beta", "nan"), ("rate", "0"), ("width", 1)]
)
def test_parameter_rejects_wrong_value(name, text):
    with pytest.raises(UserError, match=f"Expected model.{name} of type"):
        PARAMETERS[f"model.{name}"].parse(text)


@pytest.mark.parametrize("name", zoo.names())
def test_parameters_of_recipe_parse_their_defaults(name):
    for parameter in zoo.load(name).parameters().values():
        path = parameter.annotation == FilePath  # the default becomes absolute
        expected = str(Path(parameter.default).resolve()) if path else parameter.default
        assert parameter.parse(parameter.default) == expected
        text = ",".join(map(str, parameter.default)) if isinstance(parameter.default, tuple) else str(parameter.default)
        assert parameter.parse(text) == expected


def test_recipe_resolves_choices_from_text():
    recipe = zoo.load("mnist/iwae")
    assert recipe.resolve({"model.layers": "2", "schedule": "published"})["model.layers"] == 2


def test_published_schedule_trains_its_own_number_of_epochs_unless_set():
    recipe = zoo.load("mnist/vae")
    epochs = [recipe.training(recipe.resolve(s)).epochs for s in ({}, {"schedule": "published"}, {"epochs": 7})]
    assert epochs == [20, 3280, 7]
    assert recipe.training(recipe.resolve({"schedule": "published", "epochs": 7})).epochs == 7


def test_path_parameter_is_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    parameter = Parameter("data.path", FilePath, "pictures")
    assert parameter.parse("faces") == str(tmp_path / "faces")
    assert parameter.parse("~/faces") == str(Path.home() / "faces")
