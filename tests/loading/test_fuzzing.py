"""Readers of presets, runs and searches, on mutated files: each returns or raises one `UserError`, within 1 GB and 20 s."""

import functools
import hashlib
import json
import shutil
from pathlib import Path

import h5py
import keras_tuner
import numpy as np
import pytest

import kvae
from kvae.errors import UserError
from kvae.latent.samplers import fit, read_sampler, write_sampler
from kvae.presets.layout import FILES
from kvae.presets.probe import deviation
from kvae.recipes import trust
from kvae.recipes.space import Between
from kvae.runs import Run
from kvae.tuning import trials
from kvae.tuning.oracles import RandomSearch
from kvae.tuning.search import Search
from tests.fuzzing.harness import Reader, fuzz

FIXTURES = Path(__file__).parent.parent / "fixtures"


def copy_preset(name):
    def write(folder):
        for file in FILES:
            shutil.copyfile(FIXTURES / "presets" / "0.2.0" / name / file, folder / file)

    return write


def copy_bundled(folder):
    for file in FILES:
        shutil.copyfile(FIXTURES.parent.parent / "weights" / "digits" / "vae" / file, folder / file)


def seal(folder):
    """Write the checksums of the other files into a card."""
    card = json.loads((folder / "card.json").read_text())
    card["sha256"] = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES[:2]}
    (folder / "card.json").write_text(json.dumps(card))


def read_preset(folder):
    return kvae.from_preset(folder).get_config()


def open_trained(folder):
    """Read everything that the commands read of a run or a preset, without its weights."""
    trained = kvae.open_trained(folder)
    facts = trained.config, trained.source.metrics, trained.source.history(), trained.label_names
    return facts, trained.dataset.summary(), trained.training.epochs


def read_card(folder):
    config = kvae.open_trained(folder).config
    if "probe" in config:
        deviation(kvae.from_preset(folder), config["probe"])


def copy_run(finished):
    def write(folder):
        shutil.copytree(FIXTURES / "runs" / "0.1.0" / "digits_vae", folder, dirs_exist_ok=True)
        if not finished:
            (folder / "model.keras").unlink()

    return write


def read_model(folder):
    return [np.sum(weight) for weight in Run.open(folder).load_model().get_weights()]


def read_checkpoint(folder):
    return read_model(folder), Run.open(folder).epochs()


def write_search(folder):
    described = Search({"model.beta": Between(0.1, 1.0)}).describe()
    score = {
        "score": 1.0,
        "elbo": -1.0,
        "epochs": 2,
        "stopped": False,
        "seconds": 1.0,
        "parameters": {"model.beta": 0.5},
    }
    search = {"recipe": "digits/vae", "settings": {"epochs": 2}, "search": described, "tuner": "random", "seed": 0}
    files = {
        "search.json": {**search, "data": "0", "backend": "torch", "trials": 3, "kvae": "0.2.0"},
        "trial_0/score.json": score,
        "trial_1/score.json": {**score, "score": 2.0},
        "trial_2/failed.json": {"reason": "The loss is not finite."},
    }
    for name, contents in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(contents))
    (folder / "trial_0" / "run").mkdir()


def read_search(folder):
    Search.from_description(trials.read_search(folder)["search"])
    trials.write_results(folder)
    return trials.best_settings(folder), trials.ended(folder)


def oracle(folder):
    made = RandomSearch(4, 2, objective=keras_tuner.Objective("score", "min"), seed=1)
    made._set_project_dir(str(folder.parent), folder.name)
    return made


def write_oracle(folder):
    made = oracle(folder)
    hp = made.get_space()
    Between(0.0, 1.0).ask(hp, "a", None)
    made.update_space(hp)
    for _ in range(2):
        trial = made.create_trial("tuner0")
        made.update_trial(trial.trial_id, {"score": 1.0})
        trial.status = "COMPLETED"
        made.end_trial(trial)
    made.save()


def read_oracle(folder):
    made = oracle(folder)
    made.reload()
    return made.create_trial("tuner0").hyperparameters.values


@functools.cache
def digits():
    return kvae.open_trained("digits/vae")


def write_examples(folder):
    np.savez(folder / "x.npz", x=np.zeros((4, 8, 8, 1), np.uint8))


def fit_sampler(folder):
    write_sampler(folder / "sampler.npz", fit("mixture", np.random.default_rng(0).standard_normal((60, 3))))


READERS = {
    "card": Reader(copy_bundled, open_trained, "card.json", cases=32),
    "reference outputs": Reader(copy_bundled, read_card, "card.json"),
    "configuration of a preset": Reader(copy_preset("digits_vae"), read_preset, "config.json", seal, cases=32),
    "configuration with labels": Reader(copy_preset("csvae"), read_preset, "config.json", seal),
    "weights": Reader(copy_preset("digits_vae"), read_preset, "*.h5", seal, cases=32),
    "run": Reader(copy_run(True), open_trained, "*.[jc]s*", cases=48),
    "model.keras": Reader(copy_run(True), read_model, "model.keras", cases=32),
    "checkpoint": Reader(copy_run(False), read_checkpoint, "checkpoint/*", cases=48),
    "examples": Reader(write_examples, lambda folder: digits().read([folder / "x.npz"])),
    "sampler": Reader(
        fit_sampler, lambda folder: read_sampler(folder / "sampler.npz").sample(3), "sampler.npz", cases=32
    ),
    "search": Reader(write_search, read_search, "*.json", cases=48),
    "oracle": Reader(write_oracle, read_oracle, "*.json", cases=32),
}


def test_weights_of_which_an_array_has_another_name_are_refused(tmp_path):
    copy_preset("digits_vae")(tmp_path)
    with h5py.File(tmp_path / "model.weights.h5", "r+") as file:
        file.move("decoder/layers", "decoder/other")
    seal(tmp_path)
    with pytest.raises(UserError, match="Expected weights that fit the model"):
        read_preset(tmp_path)


@pytest.mark.parametrize("name", READERS)
def test_reader_of_models_with_mutated_files_returns_or_raises_user_error(name, tmp_path):
    fuzz(READERS[name], tmp_path / "files")


def test_record_of_recipes_with_mutated_lines_is_read(tmp_path, monkeypatch):
    recipe = tmp_path / "recipe.py"
    recipe.write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    trust.remember(recipe, b"")
    fuzz(
        Reader(lambda folder: None, lambda folder: trust.is_known(recipe, b"another"), "recipes"),
        tmp_path / "state" / "kvae",
    )
