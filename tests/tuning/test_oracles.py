"""Oracles that are killed between two writes, and the settings that they propose."""

import json

import keras
import keras_tuner
import numpy as np
import pytest

from kvae.errors import UserError
from kvae.recipes.space import Between, OneOf
from kvae.tuning.oracles import Bayesian, Hyperband, RandomSearch

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="oracles compute nothing on a backend")


def _oracle(folder, kind=RandomSearch, vary=None, trials=9, epochs=2):
    oracle = kind(trials, epochs, objective=keras_tuner.Objective("score", "min"), seed=1)
    oracle._set_project_dir(str(folder.parent), folder.name)
    if (folder / "oracle.json").is_file():
        oracle.reload()
    else:
        hp = oracle.get_space()
        for name, space in (vary or {"a": Between(0.0, 1.0)}).items():
            space.ask(hp, name, None)
        oracle.update_space(hp)
    return oracle


def _end(oracle, trial, score):
    oracle.update_trial(trial.trial_id, {"score": score})
    trial.status = "COMPLETED"
    oracle.end_trial(trial)


def _run(oracle, count, score=lambda values: sum(map(float, values.values()))):
    tried = []
    for _ in range(count):
        trial = oracle.create_trial("tuner0")
        if trial.status != "RUNNING":
            break
        tried.append(dict(trial.hyperparameters.values))
        _end(oracle, trial, score(trial.hyperparameters.values))
    return tried


def test_oracle_after_a_kill_does_not_repeat_a_finished_trial(tmp_path):
    oracle = _oracle(tmp_path / "s")
    _run(oracle, 1)
    state = json.loads((tmp_path / "s" / "oracle.json").read_text())
    assert state["ongoing_trials"], (
        "KerasTuner no longer saves a finished trial as a running one: CrashSafeOracle.reload may be simpler"
    )
    again = _oracle(tmp_path / "s")
    assert again.create_trial("tuner0").trial_id == "1"


@pytest.mark.parametrize("damaged", ["oracle.json", "trial_0/trial.json"])
@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '"a"', '{"start_order": 1}', '{"hyperparameters": {"space": [1]}}']
)
def test_oracle_of_damaged_search_is_refused(tmp_path, damaged, content):
    _run(_oracle(tmp_path / "s"), 1)
    (tmp_path / "s" / damaged).write_text(content)
    with pytest.raises(UserError, match=r"damaged|valid JSON"):
        _oracle(tmp_path / "s")


def test_oracle_after_a_kill_repeats_a_trial_that_it_did_not_save(tmp_path, monkeypatch):
    oracle = _oracle(tmp_path / "s")
    _run(oracle, 1)
    monkeypatch.setattr(type(oracle), "save", lambda self: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        oracle.create_trial("tuner0")
    began = json.loads((tmp_path / "s" / "trial_1" / "trial.json").read_text())["hyperparameters"]["values"]
    monkeypatch.undo()
    again = _oracle(tmp_path / "s").create_trial("tuner0")
    assert (again.trial_id, again.hyperparameters.values) == ("1", began)


def test_bayesian_after_a_kill_proposes_the_same_settings(tmp_path):
    vary = {"a": Between(0.0, 1.0), "b": Between(0.0, 1.0)}
    alone = _run(_oracle(tmp_path / "alone", Bayesian, vary), 9)
    _run(_oracle(tmp_path / "killed", Bayesian, vary), 7)
    rest = _run(_oracle(tmp_path / "killed", Bayesian, vary), 2)
    assert rest == alone[7:]


def test_bayesian_proposes_each_choice_once(tmp_path):
    tried = _run(_oracle(tmp_path / "s", Bayesian, {"a": OneOf(1, 2, 3)}), 9)
    assert sorted(values["a"] for values in tried) == [1, 2, 3]


def test_bayesian_replaces_a_proposal_that_differs_in_its_last_digits(tmp_path, monkeypatch):
    oracle = _oracle(tmp_path / "s", Bayesian)
    (tried,) = _run(oracle, 1)
    nearly = {"status": "RUNNING", "values": {"a": np.float64(tried["a"] + 1e-14)}}
    monkeypatch.setattr(keras_tuner.oracles.BayesianOptimizationOracle, "populate_space", lambda *_: nearly)
    (other,) = _run(oracle, 1)
    assert abs(other["a"] - tried["a"]) > 1e-3


@pytest.mark.parametrize(("epochs", "count"), [(10, 12), (60, 20), (60, 60), (150, 30), (2, 3)])
def test_hyperband_trains_its_best_trial_for_all_epochs(tmp_path, epochs, count):
    oracle = _oracle(tmp_path / "s", Hyperband, trials=count, epochs=epochs)
    tried = _run(oracle, count)
    assert len(tried) <= count
    assert max(values["tuner/epochs"] for values in tried) == epochs
