"""A recipe as the hypermodel of the tuners of KerasTuner."""

import keras
import keras_tuner
import numpy as np
import pytest

from kvae.errors import UserError
from kvae.recipes.space import Between, OneOf
from kvae.tuning import RecipeHyperModel
from kvae.tuning.search import Objective, Search

FAST = {"epochs": 1, "model.hidden": (8,), "batch_size": 500}

TUNERS = {
    "random": lambda **o: keras_tuner.RandomSearch(max_trials=1, seed=1, **o),
    "bayesian": lambda **o: keras_tuner.BayesianOptimization(max_trials=1, seed=1, **o),
    "hyperband": lambda **o: keras_tuner.Hyperband(max_epochs=2, factor=2, seed=1, **o),
    "grid": lambda **o: keras_tuner.GridSearch(max_trials=1, seed=1, **o),
}


@pytest.mark.parametrize("name", TUNERS if keras.backend.backend() == "tensorflow" else ["grid"])
def test_hypermodel_is_searched_by_the_tuners_of_kerastuner(name, tmp_path):
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


def test_best_model_has_the_score_of_its_trial(tmp_path):
    hypermodel = RecipeHyperModel("digits/vae", FAST)
    tuner = keras_tuner.RandomSearch(
        hypermodel, objective=hypermodel.objective, max_trials=1, seed=0, directory=tmp_path, project_name="one"
    )
    tuner.search(verbose=0)
    training = hypermodel.recipe.training(hypermodel.values(tuner.get_best_hyperparameters()[0]))
    again = hypermodel.evaluate(tuner.get_best_models()[0], training)
    assert again["score"] == pytest.approx(tuner.oracle.get_best_trials()[0].score, rel=1e-5)


def test_hypermodel_does_not_vary_fixed_settings():
    hypermodel = RecipeHyperModel("digits/vae", {"model.beta": 1.0})
    assert "model.beta" not in hypermodel.search.vary
    assert "model.latent" in hypermodel.search.vary


def test_hypermodel_rejects_an_unknown_objective():
    search = Search({"model.beta": Between(1, 2)}, (Objective("fid", "min"),))
    with pytest.raises(UserError, match="that a metric reports"):
        RecipeHyperModel("digits/vae", search=search)


def test_fit_names_an_objective_that_the_model_lacks():
    search = Search({"model.beta": Between(0.5, 2.0)}, (Objective("accuracy", "max"),))
    hypermodel = RecipeHyperModel("digits/vae", FAST, search=search)
    hp = keras_tuner.HyperParameters()
    with pytest.raises(UserError, match="Expected the value accuracy"):
        hypermodel.fit(hp, hypermodel.build(hp))


@pytest.mark.parametrize(
    "data",
    [((np.zeros((5, 64)),), {}), ((), {"validation_data": (np.zeros((5, 64)),)}), ((), {"batch_size": 4})],
    ids=["x", "validation_data", "batch_size"],
)
def test_search_of_data_stops_with_one_sentence(data, tmp_path):
    hypermodel = RecipeHyperModel("digits/vae", FAST)
    tuner = keras_tuner.RandomSearch(hypermodel, objective=hypermodel.objective, max_trials=1, directory=tmp_path)
    positional, named = data
    with pytest.raises(UserError, match="a recipe loads its own data set"):
        tuner.search(*positional, verbose=0, **named)
