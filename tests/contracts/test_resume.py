"""Resumed runs. A run killed at any moment and resumed ends bit-identical to a run that was never interrupted."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

import keras
import numpy as np
import pytest

from kvae import zoo
from kvae.callbacks import NonFiniteLoss, RunWriter
from kvae.errors import UserError
from kvae.files import LOCK, InUse, write_json
from kvae.runs import Run
from tests.conftest import ROOT, environment, locked_by_another

ROUNDS = {
    "tensorflow": {"compiled": ("", 10)},
    "jax": {"compiled": ("", 4)},
    "torch": {
        "recorded": ("import kvae.backends.torch.replay as replay; replay.PATIENCE = 0.0", 10),
        "eager": ("import kvae.backends.torch.replay as replay; replay.PATIENCE = float('inf')", 4),
    },
}[keras.backend.backend()]
"""{how rounds run: (code that a program begins with, number of kills)}. All backends write files with the same code."""
RECIPE = ROOT / "tests" / "contracts" / "resume_recipe.py"

PROGRAM = f"""
import sys, kvae
from kvae.zoo import resume, train
out, epochs = sys.argv[1], int(sys.argv[2])
try:
    resume(out)
except kvae.errors.UserError as error:
    assert "does not exist" in str(error) or "no config.json" in str(error), error
    train({str(RECIPE)!r}, {{"epochs": epochs}}, out=out, seed=3)
"""
"""A program that resumes the run in a folder, or starts it if there is none."""


def _start(out, code, epochs):
    # Without a cache each process would compile the same code again.
    cache = {"JAX_COMPILATION_CACHE_DIR": str(out.parent / "jax"), "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
    command = [sys.executable, "-c", code + PROGRAM, str(out), str(epochs)]
    return subprocess.Popen(command, cwd=ROOT, env=environment(**cache), stderr=subprocess.PIPE, text=True)


def _state(out):
    with np.load(Run(out).state) as archive:
        return {name: archive[name] for name in archive.files}


@pytest.mark.slow
@pytest.mark.parametrize("how", ROUNDS)
def test_run_killed_many_times_ends_bit_identical_to_an_uninterrupted_run(how, tmp_path):
    code, most = ROUNDS[how]
    epochs = 6 * most
    alone, began, start_up = _start(tmp_path / "alone", code, epochs), time.monotonic(), None
    for line in alone.stderr:
        if start_up is None and line.startswith("epoch"):
            start_up = time.monotonic() - began
    assert alone.wait() == 0
    seconds_per_epoch = (time.monotonic() - began - start_up) / epochs

    rng = random.Random(os.getpid())
    out, kills, moments = tmp_path / "killed", 0, []
    while kills < most:
        process, began = _start(out, code, epochs), time.monotonic()
        if kills % 2:  # anywhere from the first import to the first epoch
            delay = rng.uniform(0, 0.8 * start_up)
        else:  # up to three epochs after an epoch: in training, in validation, or while a checkpoint is written
            while not process.stderr.readline().startswith("epoch"):
                assert process.poll() is None
            start_up = time.monotonic() - began  # shorter than that of the first process
            delay = rng.uniform(0, 3 * seconds_per_epoch)
        time.sleep(delay)
        assert process.poll() is None, f"the run ended after {kills} kills: raise the number of epochs"
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
        moments.append(f"{delay:.2f} s after {'its start' if kills % 2 == 0 else 'an epoch'}")
    last = _start(out, code, epochs)
    assert last.wait() == 0, last.stderr.read()[-2000:]
    print(f"{keras.backend.backend()}: killed {kills} times: {', '.join(moments)}")

    expected, state = _state(tmp_path / "alone"), _state(out)
    assert state.keys() == expected.keys()
    differing = [name for name, array in expected.items() if not np.array_equal(state[name], array)]
    assert not differing
    assert (out / "history.csv").read_bytes() == (tmp_path / "alone" / "history.csv").read_bytes()
    alone, killed = Run(tmp_path / "alone"), Run(out)
    assert killed.metrics["metrics"] == alone.metrics["metrics"]


@pytest.fixture(scope="module")
def one_epoch(tmp_path_factory):
    """A run of digits/vae with one epoch. Tests must not change it."""
    return zoo.train("digits/vae", {"epochs": 1, "model.hidden": "8"}, out=tmp_path_factory.mktemp("one") / "run")


@pytest.fixture
def short_run(one_epoch, tmp_path):
    """A copy of the run of one epoch, which a test may change."""
    return Run(shutil.copytree(one_epoch.path, tmp_path / "run"))


def test_resume_with_more_epochs_continues(short_run):
    run = zoo.resume(short_run.path, {"epochs": 2})
    assert run.history()["epoch"].tolist() == [1, 2]
    assert run.config["parameters"]["epochs"] == 2


def test_resume_with_changed_settings_is_refused(short_run):
    with pytest.raises(UserError, match="no setting but epochs"):
        zoo.resume(short_run.path, {"model.latent": 3})


def test_resume_with_settings_of_the_same_data_continues(short_run):
    run = zoo.resume(short_run.path, {"data.limit": 5000, "epochs": 2})  # there are 1,797
    assert run.config["parameters"]["data.limit"] == 5000
    with pytest.raises(UserError, match="Expected the data that"):
        zoo.resume(short_run.path, {"data.limit": 500})


def test_run_holds_the_code_of_its_recipe(one_epoch):
    assert (one_epoch.path / "recipe.txt").read_bytes() == zoo.load("digits/vae").file.read_bytes()


def test_run_killed_after_its_first_file_holds_the_code_of_its_recipe_once_resumed(one_epoch, tmp_path):
    shutil.copyfile(one_epoch.path / "config.json", tmp_path / "config.json")
    run = zoo.resume(tmp_path)
    assert (run.path / "recipe.txt").read_bytes() == zoo.load("digits/vae").file.read_bytes()


def test_resume_with_changed_data_is_refused(short_run):
    config = short_run.config
    config["data"]["fingerprint"] = "0"
    (short_run.path / "config.json").write_text(json.dumps(config))
    with pytest.raises(UserError, match="Expected the data that"):
        zoo.resume(short_run.path)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda run: (run.path / "config.json").unlink(), "holds no config.json"),
        (lambda run: (run.path / "config.json").write_text("{"), "valid JSON file"),
        (lambda run: run.state.write_bytes(run.state.read_bytes()[:1000]), "a whole checkpoint"),
        (lambda run: run.state.write_bytes(b""), "a whole checkpoint"),
    ],
)
def test_resume_of_damaged_run_raises(short_run, damage, message):
    damage(short_run)
    with pytest.raises(UserError, match=message):
        zoo.resume(short_run.path)


def test_resume_of_run_in_use_is_refused(short_run):
    with locked_by_another(short_run.path / LOCK), pytest.raises(InUse):
        zoo.resume(short_run.path)


def test_resume_ignores_a_damaged_history(short_run):
    """The checkpoint decides what has happened, and history.csv is written again from it."""
    before = (short_run.path / "history.csv").read_bytes()
    (short_run.path / "history.csv").write_bytes(bytes(100))
    zoo.resume(short_run.path)
    assert (short_run.path / "history.csv").read_bytes() == before


def test_resume_with_another_number_of_threads_warns(short_run, caplog):
    write_json(short_run.path / "config.json", short_run.config | {"threads": 999})
    zoo.resume(short_run.path)
    assert "trained with 999 threads" in caplog.text


def test_resume_of_finished_run_keeps_metrics_computed_later(short_run):
    later = short_run.metrics | {"metrics": {"nll": 1.0}}
    short_run.save_metrics(later)
    assert zoo.resume(short_run.path).metrics["metrics"]["nll"] == 1.0


def test_training_stops_if_config_vanishes(tmp_path, monkeypatch):
    def end_and_clean(self, epoch, logs=None):
        end(self, epoch, logs)
        (self.run.path / "config.json").unlink()

    end = RunWriter.on_epoch_end
    monkeypatch.setattr(RunWriter, "on_epoch_end", end_and_clean)
    for epochs in (1, 2):  # during training, and after the last epoch
        with pytest.raises(UserError, match=r"config\.json"):
            zoo.train("digits/vae", {"epochs": epochs, "model.hidden": "8"}, out=tmp_path / str(epochs))


def test_failed_training_leaves_no_thread(tmp_path):
    def fail(out):
        with pytest.raises(NonFiniteLoss):
            zoo.train("digits/vae", {"epochs": 1, "model.hidden": "8", "learning_rate": 1e30}, out=out)

    fail(tmp_path / "1")
    before = threading.active_count()
    fail(tmp_path / "2")
    assert threading.active_count() <= before


def test_resume_of_finished_run_changes_nothing(short_run):
    before = (short_run.path / "history.csv").read_bytes(), short_run.metrics["metrics"]
    run = zoo.resume(short_run.path)
    assert ((run.path / "history.csv").read_bytes(), run.metrics["metrics"]) == before


def test_non_finite_weights_are_never_saved(tmp_path):
    """The learning rate is so large that the only step of the second epoch makes the weights infinite."""
    out = tmp_path / "run"
    zoo.train("digits/vae", {"epochs": 1, "model.hidden": "8", "batch_size": 2000}, out=out)
    before = _state(out)
    config = json.loads((out / "config.json").read_text())
    config["parameters"]["learning_rate"] = 1e30
    (out / "config.json").write_text(json.dumps(config))
    with pytest.raises(NonFiniteLoss) as caught:
        zoo.resume(out, {"epochs": 3})
    assert "The last checkpoint is kept" in "".join(caught.value.__notes__)
    after = _state(out)
    assert all(np.array_equal(after[name], array) for name, array in before.items() if "model" in name)


def test_resume_with_fewer_epochs_than_done_raises(short_run):
    zoo.resume(short_run.path, {"epochs": 2})
    with pytest.raises(UserError, match="at least the 2 epochs"):
        zoo.resume(short_run.path, {"epochs": 1})


def test_resume_marks_the_run_unfinished(short_run, monkeypatch):
    """Metrics of the shorter run must not be mistaken for those of the longer run."""

    def stop(self, epoch, logs=None):
        raise KeyboardInterrupt

    monkeypatch.setattr(RunWriter, "on_epoch_end", stop)
    with pytest.raises(KeyboardInterrupt):
        zoo.resume(short_run.path, {"epochs": 2})
    run = Run(short_run.path)
    assert not run.finished
    assert run.metrics is None
    assert run.load_model().count_params() > 0
