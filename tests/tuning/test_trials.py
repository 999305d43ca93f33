"""The files of a search, which may be damaged or come from anyone."""

import pytest

from kvae.errors import UserError
from kvae.files import write_json
from kvae.tuning import trials
from kvae.tuning.search import Objective, Search

SEARCH = {
    "recipe": "digits/vae",
    "settings": {},
    "search": {
        "vary": {"model.beta": {"low": 0.5, "high": 2.0, "log": True}, "model.latent": [2, 4]},
        "objectives": [{"value": "elbo", "direction": "max", "unit": 1.0, "enough": None}],
        "options": {},
        "monitor": "val_elbo",
    },
    "tuner": "random",
    "seed": 0,
    "trials": 2,
}
SCORE = {"score": -1.0, "elbo": 1.0, "parameters": {"model.latent": 2}, "epochs": 2, "stopped": False, "seconds": 0.5}


@pytest.fixture
def folder(tmp_path):
    write_json(tmp_path / "search.json", SEARCH)
    write_json(tmp_path / "trial_0" / "score.json", SCORE)
    return tmp_path


def test_best_settings_are_those_of_the_best_trial(folder):
    write_json(folder / "trial_1" / "score.json", SCORE | {"score": -2.0, "parameters": {"model.latent": 4}})
    assert trials.best_settings(folder) == ("digits/vae", {"model.latent": 4}, 0, "float32")
    assert set(Search.from_description(trials.read_search(folder)["search"]).vary) == {"model.beta", "model.latent"}


@pytest.mark.parametrize(
    "damage",
    [
        {"recipe": 1},
        {"seed": -1},
        {"trials": 0},
        {"precision": "int8"},
        {"settings": []},
        {"search": {}},
        {"search": SEARCH["search"] | {"vary": {"model.beta": {"low": 1.0, "top": 2.0}}}},
        {"search": SEARCH["search"] | {"objectives": [{"value": "elbo", "direction": "up"}]}},
    ],
)
def test_damaged_search_is_refused(folder, damage):
    write_json(folder / "search.json", SEARCH | damage)
    with pytest.raises(UserError, match=r"whole search\.json"):
        trials.best_settings(folder)


@pytest.mark.parametrize(
    "damage", [{"score": "x"}, {"score": float("nan")}, {"elbo": "x"}, {"parameters": []}, {"epochs": None}]
)
def test_damaged_score_is_refused(folder, damage):
    write_json(folder / "trial_0" / "score.json", SCORE | damage)
    with pytest.raises(UserError, match=r"whole score\.json"):
        trials.read(folder)


def test_damaged_failure_is_refused(folder):
    write_json(folder / "trial_1" / "failed.json", {"reason": 1})
    with pytest.raises(UserError, match=r"whole failed\.json"):
        trials.failures(folder)


def test_results_of_a_search_with_a_former_name_of_an_objective_are_written(folder):
    objective = {"value": "diversity", "direction": "max", "unit": 0.1, "enough": None}
    objectives = [*SEARCH["search"]["objectives"], objective]
    write_json(folder / "search.json", SEARCH | {"search": SEARCH["search"] | {"objectives": objectives}})
    write_json(folder / "trial_0" / "score.json", SCORE | {"diversity": 0.9})
    (folder / "trial_0" / "run").mkdir()
    trials.write_results(folder)
    assert "diversity.prior" in (folder / "front.csv").read_text()


def test_objective_with_a_former_name_is_refused_with_the_present_one():
    with pytest.raises(UserError, match=r"value='diversity'\. It is now called diversity\.prior\."):
        _ = Objective("diversity", "max").metric
