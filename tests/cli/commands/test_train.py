"""`kvae train`: settings, warm starts, interruption and resuming."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from kvae.runs import Run

RECIPE = '''
"""A recipe of a user."""

import kvae
from kvae.zoo import Training
from kvae.zoo.digits.vae import data, model


def training(epochs: int = 1):
    return Training(epochs, 256)
'''


def test_train_last_setting_of_a_name_counts(kvae, tmp_path):
    settings = ("--set", "epochs=9", "--set", "model.hidden=16,8", "--set", "epochs=1")
    result = kvae("train", *settings, "--seed", 3, "--json")
    assert result.code == 0, result.err
    report = json.loads(result.out)
    assert report["run"] == "runs/digits/vae"
    assert {"elbo", "rate", "distortion", "mse", "active_units"} <= set(report["metrics"])
    config = json.loads((tmp_path / "runs/digits/vae/config.json").read_text())
    assert config["parameters"]["epochs"] == 1
    assert config["parameters"]["model.hidden"] == [16, 8]
    assert config["seed"] == 3
    assert "digits: 1,437 train" in result.err
    assert "epoch 1/1" in result.err


def test_train_resume_adds_epochs_and_names_next_commands(kvae, run):
    result = kvae("train", "--resume", run, "--set", "epochs=3")
    assert result.code == 0, result.err
    assert "epoch 3/3" in result.err
    assert "epoch 2/3" not in result.err
    assert len((run / "history.csv").read_text().splitlines()) == 1 + 3
    assert f"kvae sample {run}" in result.out
    assert "elbo " in result.out


def test_train_recipe_file_of_a_user_writes_a_run(kvae, tmp_path):
    (tmp_path / "mine.py").write_text(RECIPE)
    assert "epochs" in kvae("show", "mine.py").out
    result = kvae("train", "mine.py")
    assert result.code == 0, result.err
    assert (tmp_path / "runs/mine/model.keras").is_file()
    assert kvae("evaluate", "runs/mine").code == 0


def test_train_claims_its_folder_before_it_loads_data(kvae, tmp_path):
    check = "assert Path('mine/.lock').is_file()"
    loads = f"from pathlib import Path\n\n\ndef data():\n    {check}\n    return kvae.data.load('digits')\n"
    (tmp_path / "mine.py").write_text(RECIPE.replace("import data, model", "import model") + loads)
    result = kvae("train", "mine.py", "--out", "mine")
    assert result.code == 0, result.err
    assert not (tmp_path / "mine" / ".lock").exists()


def test_train_full_disk_names_the_resume_command(kvae, run, monkeypatch):
    replace = os.replace

    def full(source, target):
        if target.name == "state.npz":
            raise OSError(errno.ENOSPC, "No space left on device", str(target))
        replace(source, target)

    monkeypatch.setattr("kvae.files.writing.os.replace", full)
    result = kvae("train", "--resume", run, "--set", "epochs=3")
    assert result.code == 1
    error, note = result.err.splitlines()[-2:]
    assert error.startswith("Error: The disk is full: ")
    assert note == f"Resume the run: kvae train --resume {run}"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_train_interrupted_by_a_signal_can_be_resumed(kvae, tmp_path, number):
    run = tmp_path / "stopped"
    command = [sys.executable, "-m", "kvae", "train", "--set", "epochs=5000", "--out", str(run)]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background makes them ignore SIGINT.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )
    try:
        deadline = time.monotonic() + 60
        while not (run / "history.csv").is_file():
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < deadline, "no epoch in a minute"
            time.sleep(0.05)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    assert err.splitlines()[-2:] == ["Interrupted.", f"Resume the run: kvae train --resume {run}"]
    assert "Traceback" not in err
    assert "absl" not in err
    assert out == ""
    finished = len((run / "history.csv").read_text().splitlines()) - 1
    resumed = kvae("train", "--resume", run, "--set", f"epochs={finished + 1}")
    assert resumed.code == 0, resumed.err
    assert len((run / "history.csv").read_text().splitlines()) == 1 + finished + 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_train_ctrl_c_names_the_resume_command_only_after_fitting(kvae, monkeypatch, tmp_path, when):
    from kvae.runs import Run

    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(Run, "create" if when == "before" else "save_model", interrupt)
    result = kvae("train", "--set", "epochs=1", "--out", tmp_path / "run")
    assert result.code == 130
    last = result.err.splitlines()[-1]
    assert ("--resume" in last) == (when == "after")


def test_train_warm_start_takes_weights_of_another_run(kvae, trained, tmp_path):
    options = ("--set", "epochs=1", "--set", "learning_rate=1e-12")
    result = kvae("train", "digits/vae", *options, "--warm-start", trained, "--out", "warm")
    assert result.code == 0, result.err
    source, warm = (Run(path).load_model() for path in (trained, tmp_path / "warm"))
    for mine, theirs in zip(warm.encoder.get_weights(), source.encoder.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)
    assert json.loads((tmp_path / "warm" / "config.json").read_text())["warm_start"] == str(trained)


def test_train_warm_start_lists_arrays_that_do_not_fit(kvae, trained):
    result = kvae("train", "digits/vae", "--set", "epochs=1", "--set", "model.latent=3", "--warm-start", trained)
    assert "not copied: decoder/Dense 1 kernel: 3×" in result.err
    assert kvae("train", "digits/vae", "--warm-start", "nowhere").code == 1
    assert "because the run keeps its own" in kvae("train", "--resume", trained, "--warm-start", trained).err


def test_train_from_search_takes_the_seed_and_the_precision_of_the_options(kvae, tmp_path, monkeypatch):
    found = "digits/vae", {"epochs": 1, "model.hidden": (8,)}, 5, "bfloat16"
    monkeypatch.setattr("kvae.tuning.trials.best_settings", lambda folder: found)
    options = ("--seed", 0, "--precision", "float32")
    for name, words, expected in (("a", (), (5, "bfloat16")), ("b", options, (0, "float32"))):
        assert kvae("train", "--from-search", "search", "--out", name, *words).code == 0
        config = json.loads((tmp_path / name / "config.json").read_text())
        assert (config["seed"], config["precision"]) == expected


def test_train_from_search_of_a_stranger_does_not_run_its_recipe_file(kvae, tmp_path, monkeypatch):
    (tmp_path / "notes.py").write_text("raise SystemExit('it ran')")
    monkeypatch.setattr(
        "kvae.tuning.trials.best_settings", lambda folder: (str(tmp_path / "notes.py"), {}, 0, "float32")
    )
    result = kvae("train", "--from-search", "search")
    assert "Expected a recipe file that you have used on this account." in result.err


def test_train_resume_of_a_finished_run_says_so(kvae, trained, tmp_path):
    run = shutil.copytree(trained, tmp_path / "my run")
    result = kvae("train", "--resume", run)
    assert result.code == 0, result.err
    assert "All 2 epochs of the run are done." in result.err
    assert "trained in" not in result.err
    assert f"kvae sample '{run}'" in result.out


def test_train_in_bfloat16_records_it_and_resume_refuses_another_precision(kvae, tmp_path):
    result = kvae("train", "--precision", "bfloat16", "--set", "epochs=1", "--set", "model.hidden=8")
    assert result.code == 0, result.err
    assert "runs/digits/vae: digits/validation, 180 examples, computed in float32" in result.out
    assert json.loads((tmp_path / "runs/digits/vae/config.json").read_text())["precision"] == "bfloat16"
    refused = kvae("train", "--resume", "runs/digits/vae", "--precision", "float32")
    assert refused.code == 2
    assert "the run keeps its own" in " ".join(refused.err.split())
