"""Searches: what recipes declare, KerasTuner's tuners in user code, scores and fronts."""

import keras
import keras_tuner
import numpy as np
import pytest

from kvae import zoo
from kvae.errors import UserError
from kvae.recipes.space import Between, OneOf, parse_space
from kvae.tuning import RecipeHyperModel
from kvae.tuning.search import Objective, Search, pareto_front, search_of

FAST = {"epochs": 1, "model.hidden": (8,), "batch_size": 500}


def test_every_recipe_declares_a_search_that_fits_it():
    for name in zoo.names():
        recipe = zoo.load(name)
        search = search_of(recipe).check(recipe)
        defaults = recipe.resolve()
        for parameter, space in search.vary.items():
            hp = keras_tuner.HyperParameters()
            value = space.ask(hp, parameter, defaults[parameter])
            recipe.resolve({parameter: value})
        assert Search.from_description(search.describe()) == search


TUNERS = {
    "random": lambda **o: keras_tuner.RandomSearch(max_trials=1, seed=1, **o),
    "bayesian": lambda **o: keras_tuner.BayesianOptimization(max_trials=1, seed=1, **o),
    "hyperband": lambda **o: keras_tuner.Hyperband(max_epochs=2, factor=2, seed=1, **o),
    "grid": lambda **o: keras_tuner.GridSearch(max_trials=1, seed=1, **o),
}


@pytest.mark.parametrize("name", TUNERS if keras.backend.backend() == "tensorflow" else ["grid"])
def test_kerastuners_own_tuners(name, tmp_path):
    space = Search({"model.beta": Between(0.5, 2.0), "model.latent": OneOf(2, 4)})
    hypermodel = RecipeHyperModel("digits/vae", FAST, search=space)
    tuner = TUNERS[name](hypermodel=hypermodel, objective=hypermodel.objective, directory=tmp_path, project_name=name)
    tuner.search(verbose=0)
    trials = tuner.oracle.get_best_trials(2)
    assert trials, [trial.message for trial in tuner.oracle.trials.values()]
    for trial in trials:
        assert trial.score == -trial.metrics.get_best_value("elbo")
    model = tuner.get_best_models()[0]
    beta, latent = (trials[0].hyperparameters.get(f"model.{name}") for name in ("beta", "latent"))
    assert model.latent_shape == (latent,)
    np.testing.assert_allclose(float(model.beta), beta, rtol=1e-6)


def test_the_best_model_is_the_one_that_was_judged(tmp_path):
    hypermodel = RecipeHyperModel("digits/vae", FAST)
    tuner = keras_tuner.RandomSearch(
        hypermodel, objective=hypermodel.objective, max_trials=1, seed=0, directory=tmp_path, project_name="one"
    )
    tuner.search(verbose=0)
    training = hypermodel.recipe.training(hypermodel.values(tuner.get_best_hyperparameters()[0]))
    again = hypermodel.evaluate(tuner.get_best_models()[0], training)
    assert again["score"] == pytest.approx(tuner.oracle.get_best_trials()[0].score, rel=1e-5)


def test_a_fixed_setting_is_not_varied():
    hypermodel = RecipeHyperModel("digits/vae", {"model.beta": 1.0})
    assert "model.beta" not in hypermodel.search.vary
    assert "model.latent" in hypermodel.search.vary


def test_scores_add_up_in_units():
    search = Search(
        {"model.beta": Between(0.1, 1.0)},
        (Objective("leakage.z", "min", unit=0.01, enough=0.5), Objective("elbo", "max", unit=10.0)),
    )
    assert search.metrics == ("leakage", "elbo")
    assert search.score({"leakage.z": 0.56, "elbo": -100.0}) == pytest.approx(56 + 10)
    assert search.score({"leakage.z": 0.48, "elbo": -100.0}) == pytest.approx(50 + 10), "below 0.5 nothing is gained"


def test_the_front():
    costs = [(1, 5), (2, 2), (5, 1), (3, 3), (2, 2), (5, 5)]
    assert pareto_front(costs) == [0, 1, 2, 4]


def test_spaces_as_texts():
    assert parse_space("0.1:10:log") == Between(0.1, 10, log=True)
    assert parse_space("2:8") == Between(2, 8)
    assert parse_space("8,16,32") == OneOf(8, 16, 32)
    assert parse_space("deconv, nearest") == OneOf("deconv", "nearest")
    for text, match in (
        ("3", "LOW:HIGH"),
        ("2:1", "low < high"),
        ("0:1:log", "above 0"),
        ("1:2:cubic", "LOW:HIGH"),
        ("a:b", "LOW"),
    ):
        with pytest.raises(UserError, match=match):
            parse_space(text)


@pytest.mark.parametrize(
    ("vary", "match"),
    [
        ({}, "at least one parameter"),
        ({"model.bet": Between(0.1, 1.0)}, "model.bet=.*Did you mean model.beta"),
        ({"model.latent": Between(0, 4)}, "int, 1 or more"),
        ({"epochs": Between(1, 4)}, "what trials are compared on"),
    ],
)
def test_spaces_that_do_not_fit(vary, match):
    recipe = zoo.load("digits/vae")
    with pytest.raises(UserError, match=match):
        Search(vary).check(recipe)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: OneOf("none", 3), "of one kind"),
        (lambda: OneOf(2, 2), "at least two"),
        (lambda: Objective("mse", "minimize"), "direction min or max"),
        (lambda: Objective("mse", "min", unit=0.0), "a unit above 0"),
        (lambda: Search({"model.latent": Between(2.0, 8.0)}).check(zoo.load("digits/vae")), "whole numbers"),
        (lambda: RecipeHyperModel("digits/vae", search=Search({"model.beta": Between(1, 2)}, (Objective("fid", "min"),))),
         "that a metric reports"),
    ],
)  # fmt: skip
def test_what_is_no_search(make, match):
    with pytest.raises(UserError, match=match):
        make()


def test_numbers_are_of_the_parameter_s_kind():
    search = Search({"model.beta": Between(1, 10), "model.latent": Between(2, 8)}).check(zoo.load("digits/vae"))
    assert search.vary == {"model.beta": Between(1.0, 10.0), "model.latent": Between(2, 8)}
    assert isinstance(search.vary["model.beta"].low, float)
    assert OneOf(0.5, 1, 2).values == (0.5, 1.0, 2.0)


def test_whole_numbers_stay_in_their_range():
    class Top:
        def Int(self, name, low, high, **options):
            return high + 1  # KerasTuner's answer at the upper end of a log scale

    assert Between(2, 32, log=True).ask(Top(), "n", 8) == 32


def test_a_figure_that_the_model_does_not_have():
    search = Search({"model.beta": Between(0.5, 2.0)}, (Objective("accuracy", "max"),))
    hypermodel = RecipeHyperModel("digits/vae", FAST, search=search)
    hp = keras_tuner.HyperParameters()
    with pytest.raises(UserError, match="Expected the value accuracy"):
        hypermodel.fit(hp, hypermodel.build(hp))
