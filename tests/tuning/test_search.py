"""Searches of recipes: their ranges, objectives, scores and Pareto fronts."""

import keras_tuner
import pytest

from kvae import zoo
from kvae.errors import UserError
from kvae.recipes.space import Between, OneOf
from kvae.tuning.search import Objective, Search, pareto_front, search_of

RECIPE_OF_A_USER = '''
"""A recipe of a user."""

from typing import Annotated

from kvae.zoo import Between, Count, Search, Training


def data():
    pass


def model(dataset, latent: Annotated[Count, Between(2, 8)] = 4, beta: float = 1.0):
    pass


def training(epochs: Count = 1):
    return Training(epochs, 1)
'''


@pytest.mark.parametrize("name", zoo.names())
def test_search_of_recipe_fits_its_parameters(name):
    recipe = zoo.load(name)
    search = search_of(recipe).check(recipe)
    defaults = recipe.resolve()
    for parameter, space in search.vary.items():
        hp = keras_tuner.HyperParameters()
        recipe.resolve({parameter: space.ask(hp, parameter, defaults[parameter])})
    assert search.metrics
    assert Search.from_description(search.describe()) == search


def test_search_of_recipe_without_search_maximises_the_elbo(tmp_path):
    (tmp_path / "own.py").write_text(RECIPE_OF_A_USER)
    found = search_of(zoo.load(str(tmp_path / "own.py")))
    assert found == Search({"model.latent": Between(2, 8)}, (Objective("elbo", "max"),))


def test_search_of_recipe_adds_the_ranges_of_its_search(tmp_path):
    search = 'def search():\n    return Search({"model.beta": Between(0.1, 1.0)}, monitor=None)\n'
    (tmp_path / "own.py").write_text(RECIPE_OF_A_USER + "\n\n" + search)
    found = search_of(zoo.load(str(tmp_path / "own.py")))
    assert found.vary == {"model.latent": Between(2, 8), "model.beta": Between(0.1, 1.0)}
    assert found.monitor is None


def test_search_without_settings_does_not_vary_them():
    search = search_of(zoo.load("digits/vae")).without({"model.beta": 1.0})
    assert "model.beta" not in search.vary
    assert "model.latent" in search.vary


def test_score_adds_objectives_in_their_units():
    search = Search(
        {"model.beta": Between(0.1, 1.0)},
        (Objective("leakage.z", "min", unit=0.01, enough=0.5), Objective("elbo", "max", unit=10.0)),
    )
    assert search.metrics == ("leakage", "elbo")
    assert search.score({"leakage.z": 0.56, "elbo": -100.0}) == pytest.approx(56 + 10)
    assert search.score({"leakage.z": 0.48, "elbo": -100.0}) == pytest.approx(50 + 10), "below 0.5 nothing is gained"


def test_pareto_front_keeps_duplicates():
    costs = [(1, 5), (2, 2), (5, 1), (3, 3), (2, 2), (5, 5)]
    assert pareto_front(costs) == [0, 1, 2, 4]


@pytest.mark.parametrize(
    ("vary", "match"),
    [
        ({}, "at least one parameter"),
        ({"model.bet": Between(0.1, 1.0)}, "model.bet=.*Did you mean model.beta"),
        ({"model.latent": Between(0, 4)}, "int, 1 or more"),
        ({"model.latent": Between(2.0, 8.0)}, "whole numbers"),
        ({"epochs": Between(1, 4)}, "what the trials are compared on"),
    ],
)
def test_check_rejects_ranges_that_do_not_fit(vary, match):
    with pytest.raises(UserError, match=match):
        Search(vary).check(zoo.load("digits/vae"))


def test_check_gives_ranges_the_type_of_their_parameter():
    search = Search({"model.beta": Between(1, 10), "model.latent": OneOf(2, 8)}).check(zoo.load("digits/vae"))
    assert search.vary == {"model.beta": Between(1.0, 10.0), "model.latent": OneOf(2, 8)}
    assert isinstance(search.vary["model.beta"].low, float)


@pytest.mark.parametrize(
    ("direction", "unit", "match"),
    [("minimize", 1.0, "direction min or max"), ("min", 0.0, "a unit above 0")],
)
def test_objective_rejects_wrong_arguments(direction, unit, match):
    with pytest.raises(UserError, match=match):
        Objective("mse", direction, unit)
