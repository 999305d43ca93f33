"""Runs whose networks are trained in bfloat16: their files, reruns, resuming and evaluation."""

import shutil

import keras
import numpy as np
import pytest

from kvae import backends, zoo
from kvae.callbacks import RunWriter
from kvae.errors import UserError
from kvae.recipes import open_trained
from kvae.recipes.card import card, training_command
from kvae.recipes.session import Session
from kvae.runs import Run

SETTINGS = {"epochs": 2, "model.hidden": "8"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return zoo.train("digits/vae", SETTINGS, out=tmp_path_factory.mktemp("bfloat16") / "run", precision="bfloat16")


def _state(run):
    with np.load(run.state) as archive:
        return {name: archive[name].tobytes() for name in archive.files if name != "progress"}


def test_run_records_the_precisions_of_training_and_metrics(run):
    assert (run.config["precision"], run.metrics["precision"]) == ("bfloat16", "float32")
    assert (card(run)["trained_in"], card(run)["metrics_precision"]) == ("bfloat16", "float32")
    assert "--precision bfloat16" in card(run)["command"]
    assert "--precision" not in training_command({**run.config, "precision": "float32"}, {})


def test_trained_model_of_a_run_in_bfloat16_computes_in_float32(run):
    trained = open_trained(run.path)
    report = trained.evaluate(["reconstruction"], split="validation")
    assert (trained.model.precision, report["precision"]) == ("float32", "float32")
    assert report["metrics"]["mse"] == pytest.approx(run.metrics["metrics"]["mse"], rel=1e-6)


def test_rerun_in_bfloat16_is_bit_identical_and_differs_from_float32(run, tmp_path):
    again = zoo.train("digits/vae", SETTINGS, out=tmp_path / "again", precision="bfloat16")
    single = zoo.train("digits/vae", SETTINGS, out=tmp_path / "float32")
    assert _state(again) == _state(run)
    assert _state(single) != _state(run)
    assert again.metrics["metrics"] == run.metrics["metrics"]


def test_resumed_run_in_bfloat16_is_bit_identical(run, tmp_path, monkeypatch):
    def stop(self, epoch, logs=None):
        end(self, epoch, logs)
        raise KeyboardInterrupt

    end = RunWriter.on_epoch_end
    monkeypatch.setattr(RunWriter, "on_epoch_end", stop)
    with pytest.raises(KeyboardInterrupt):
        zoo.train("digits/vae", SETTINGS, out=tmp_path / "killed", precision="bfloat16")
    monkeypatch.undo()
    unfinished = Run(tmp_path / "killed")
    assert unfinished.load_model().precision == "float32"
    resumed = zoo.resume(unfinished.path)
    assert resumed.config["precision"] == "bfloat16"
    assert _state(resumed) == _state(run)


def test_warm_start_from_a_run_in_bfloat16_trains_in_float32(run, tmp_path):
    warm = zoo.train("digits/vae", {**SETTINGS, "epochs": 1}, out=tmp_path / "warm", warm_start=run.path)
    assert warm.config["precision"] == "float32"


def test_train_leaves_the_policy_of_keras_unchanged(run):
    assert keras.config.dtype_policy().name == "float32"


def test_unknown_precision_is_refused_and_leaves_no_run(tmp_path):
    with pytest.raises(UserError, match="Expected a precision"):
        zoo.train("digits/vae", SETTINGS, out=tmp_path / "run", precision="float16")
    assert not (tmp_path / "run").exists()


def test_damaged_precision_of_a_run_is_refused(run, tmp_path):
    folder = shutil.copytree(run.path, tmp_path / "run")
    config = folder / "config.json"
    config.write_text(config.read_text().replace('"bfloat16"', '"int8"'))
    with pytest.raises(UserError, match=r"Expected a whole config\.json"):
        zoo.resume(folder)


def test_session_in_bfloat16_warns_where_it_gains_little(caplog):
    recipe = zoo.load("digits/vae")
    Session(recipe, recipe.resolve(SETTINGS), 0, precision="bfloat16")
    gains = keras.backend.backend() != "jax"
    assert backends.gains_from_bfloat16() == gains
    assert ("gains little or nothing from bfloat16" in caplog.text) == (not gains)
