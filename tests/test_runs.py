"""Run directories: creation, the saved model, metrics, history, and runs of version 0.1.0."""

import csv
import json
import shutil

import keras
import numpy as np
import pytest

from kvae import evaluation, zoo
from kvae.errors import UserError
from kvae.files import write_json
from kvae.presets.probe import inputs
from kvae.recipes import renamed
from kvae.runs import Run
from kvae.training import Batches, checkpoint
from tests.contracts.models import MODELS, answer, data_for, settle
from tests.fixtures import RUNS

OLD = sorted(path.name for path in (RUNS / "0.1.0").iterdir())


CONFIG = {
    "recipe": "none",
    "parameters": {},
    "seed": 0,
    "data": {"name": "none", "fingerprint": "0", "labels": []},
    "backend": "torch",
}


@pytest.fixture
def run(tmp_path):
    return Run.create(tmp_path / "run", CONFIG)


@pytest.fixture
def old(tmp_path):
    """A copy of a run of version 0.1.0, which a test may change."""
    return Run(shutil.copytree(RUNS / "0.1.0" / "digits_vae", tmp_path / "old"))


# ------------------------------------------------------------------ directories


def test_run_create_then_open_returns_its_configuration(run):
    assert Run.open(run.path).config == CONFIG
    assert not run.finished
    assert run.metrics is None
    assert run.history() == {}
    assert repr(run) == f"<Run {run.path}, not finished>"


def test_run_create_in_a_folder_with_files_is_refused(run):
    with pytest.raises(UserError, match=r"holds files\..*kvae train --resume"):
        Run.create(run.path, {})


@pytest.mark.parametrize(
    ("files", "message"), [([], "holds no config.json"), (["config.json", "card.json"], "a preset")]
)
def test_run_open_of_another_folder_is_refused(files, message, tmp_path):
    for name in files:
        (tmp_path / name).write_text("{}")
    with pytest.raises(UserError, match=message):
        Run.open(tmp_path)


def test_run_open_of_missing_folder_is_refused(tmp_path):
    with pytest.raises(UserError, match="does not exist"):
        Run.open(tmp_path / "nowhere")


# ------------------------------------------------------------------ the model


def test_run_load_model_returns_the_saved_model(run):
    model = settle(MODELS["VAE"]())
    data = data_for(model, 4)
    run.save_model(model)
    assert run.finished
    np.testing.assert_array_equal(answer(run.load_model(), data), answer(model, data))


def test_run_load_model_without_checkpoint_says_how_to_resume(run):
    with pytest.raises(UserError, match=r"has no checkpoint.*kvae train --resume"):
        run.load_model()


def test_run_load_model_of_damaged_file_is_refused(run):
    (run.path / "model.keras").write_bytes(b"PK")
    with pytest.raises(UserError, match="is damaged"):
        run.load_model()


def test_run_mark_unfinished_removes_model_and_metrics(run):
    run.save_model(MODELS["VAE"]())
    run.save_metrics({"data": "x/test", "n": 1, "metrics": {}, "skipped": {}})
    run.mark_unfinished()
    assert not run.finished
    assert run.metrics is None
    with pytest.raises(UserError, match="is not finished"):
        run.check_finished()


# ------------------------------------------------------------------ metrics and history


def test_run_save_metrics_of_same_examples_keeps_former_values(run):
    report = {"data": "x/test", "n": 3, "metrics": {"elbo": -1.0, "mse": 0.5}, "skipped": {"nll": "a reason"}}
    run.save_metrics(report)
    run.save_metrics({"data": "x/test", "n": 3, "metrics": {"mse": 0.25}, "skipped": {}})
    assert run.metrics == report | {"metrics": {"elbo": -1.0, "mse": 0.25}}


def test_run_save_metrics_of_other_examples_replaces_former_values(run):
    run.save_metrics({"data": "x/test", "n": 3, "metrics": {"elbo": -1.0}, "skipped": {}})
    run.save_metrics({"data": "x/test", "n": 2, "metrics": {"mse": 0.25}, "skipped": {}})
    assert run.metrics["metrics"] == {"mse": 0.25}


def test_run_save_metrics_of_former_weights_is_refused(run, caplog):
    """An evaluation may end after the run was trained further."""
    run.save_model(MODELS["VAE"]())
    report = {"data": "x/test", "n": 3, "weights": run.weights, "metrics": {"elbo": -1.0}, "skipped": {}}
    run.save_metrics(report)
    run.save_metrics(report | {"weights": "0" * 64, "metrics": {"elbo": -2.0}})
    assert "trained further" in caplog.text
    assert run.metrics == report


def test_run_metrics_of_other_weights_are_ignored(run, caplog):
    run.save_model(MODELS["VAE"]())
    run.save_metrics({"data": "x/test", "n": 3, "weights": run.weights, "metrics": {"elbo": -1.0}, "skipped": {}})
    run.save_model(MODELS["IWAE"]())
    assert run.metrics is None
    assert "describes other weights" in caplog.text


def test_run_write_history_replaces_all_lines(run):
    run.write_history([{"epoch": 1, "loss": 2.0}])
    run.write_history([{"epoch": 1, "loss": 2.0}, {"epoch": 2, "loss": 1.0, "beta": 0.5}])
    history = run.history()
    np.testing.assert_array_equal(history["loss"], [2.0, 1.0])
    np.testing.assert_array_equal(history["beta"], [np.nan, 0.5])
    with open(run.path / "history.csv", newline="") as file:
        assert len(list(csv.reader(file))) == 3


# ------------------------------------------------------------------ damaged files


@pytest.mark.parametrize(
    "text",
    [
        b"\0" * 200,
        b"epoch,loss\n1,\0\n",
        b"epoch,loss\nabc,abc\n",
        b"epoch,loss\n1,2,3\n",
        b"epoch,loss\n1\n",
        "epoch,loss\n1,2\n".encode("utf-16"),
        b'epoch,loss\n1,"' + b"1" * 200_000 + b'"\n',
        b'epoch,loss\n1,"2',
        b"epoch,loss\nnan,1\n",
        b"epoch,loss\ninf,1\n",
        b"epoch,loss\n1,1e308\n",
        b"epoch,loss\n2,1\n",
        b"epoch,epoch\n1,1\n",
        b"loss\n1\n",
    ],
    ids=range(14),
)
def test_run_history_of_damaged_file_is_refused(run, text):
    (run.path / "history.csv").write_bytes(text)
    with pytest.raises(UserError, match=r"history of a training. Received: .*history\.csv"):
        run.history()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("seed", -1),
        ("seed", 2**80),
        ("seed", "0"),
        ("data", {"name": "digits"}),
        ("data", {"name": 5, "fingerprint": "0"}),
        ("parameters", []),
        ("versions", []),
    ],
)
def test_run_config_with_unsuitable_value_is_refused(run, key, value):
    write_json(run.path / "config.json", CONFIG | {key: value})
    with pytest.raises(UserError, match=rf"whole config\.json.* \({key}"):
        _ = run.config


@pytest.mark.parametrize(
    "report", [[], {}, {"data": "x/test", "n": -1, "metrics": {}}, {"data": 1, "n": 1, "metrics": 2}]
)
def test_run_metrics_of_damaged_file_is_refused(run, report):
    write_json(run.path / "metrics.json", report)
    with pytest.raises(UserError, match=r"whole metrics\.json"):
        _ = run.metrics


@pytest.mark.parametrize(
    "progress",
    [
        [1],
        None,
        {},
        {"epochs": "ab"},
        {"epochs": [1]},
        {"epochs": [{"epoch": "x"}]},
        {"epochs": [{"epoch": 2}]},
        {"epochs": [{}]},
    ],
)
def test_run_restore_of_damaged_progress_is_refused(run, progress):
    model = MODELS["VAE"]()
    model.compile("adam")
    checkpoint.save(run.state, model, progress)
    with pytest.raises(UserError, match=r"whole state\.npz"):
        run.restore(model)


@pytest.mark.parametrize("described", ["abc", {"model": "abc"}, {"model": {}}, {"compile": {}}])
def test_run_load_model_of_damaged_architecture_is_refused(run, described):
    model = MODELS["VAE"]()
    model.compile("adam")
    checkpoint.save(run.state, model, {"epochs": [{"epoch": 1}]})
    write_json(run.path / "checkpoint" / "model.json", described)
    with pytest.raises(UserError, match=r"Received: .*model\.json"):
        run.load_model()


def test_run_load_model_of_unfinished_run_with_hostile_architecture_is_refused(run):
    run.save_architecture(keras.Sequential([keras.Input((8,)), keras.layers.Lambda(lambda x: x)]))
    run.state.touch()
    with pytest.raises(UserError, match=r"names .*Lambda"):
        run.load_model()


# ------------------------------------------------------------------ runs of version 0.1.0


@pytest.mark.parametrize("name", OLD)
def test_run_of_0_1_0_reproduces_its_metrics(name):
    run = Run(RUNS / "0.1.0" / name)
    recipe = zoo.load(run.config["recipe"])
    values = recipe.resolve(renamed.translate(recipe.name, run.config["parameters"]))
    split = recipe.data(values).validation
    model = run.load_model()
    arrays = (split.x,) if "y" not in model.batch_spec else (split.x, split.y)
    found = evaluation.METRICS["reconstruction"](model, Batches(*arrays, batch_size=64))
    for metric in ("mse", "mae"):
        assert found[metric] == pytest.approx(run.metrics["metrics"][metric], abs=1e-5)
    assert len(run.history()["epoch"]) == 2


@pytest.mark.parametrize("name", OLD)
def test_unfinished_run_of_0_1_0_loads_the_model_of_its_checkpoint(name, tmp_path):
    finished = Run(RUNS / "0.1.0" / name).load_model()
    unfinished = Run(shutil.copytree(RUNS / "0.1.0" / name, tmp_path / "run"))
    (unfinished.path / "model.keras").unlink()
    model = unfinished.load_model()
    data = inputs(model, 4, seed=0)
    np.testing.assert_allclose(answer(model, data), answer(finished, data), atol=1e-6)


def test_run_of_0_1_0_translates_former_keys_and_names_of_values(old):
    config = json.loads((old.path / "config.json").read_text())
    (old.path / "config.json").write_text(json.dumps(config | {"init_from": "runs/other"}))
    report = json.loads((old.path / "metrics.json").read_text())
    report["metrics"] |= {"separation.likeliest": 0.5}
    (old.path / "metrics.json").write_text(json.dumps(report))
    assert old.config["warm_start"] == "runs/other"
    assert "init_from" not in old.config
    assert old.metrics["metrics"]["separation.lda_accuracy"] == 0.5
    assert old.metrics["data"] == "digits/validation"


def test_run_of_0_1_0_keeps_its_folder_of_images(old):
    assert old.images.name == "images"
    (old.path / "pictures").mkdir()
    assert old.images.name == "pictures"
