"""A run killed at any moment and resumed ends bit-identical to a run left alone."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest

from kvae import zoo
from kvae.callbacks import NonFiniteLoss
from kvae.errors import UserError
from kvae.runs import Run
from tests.conftest import ROOT, environment

EPOCHS = 60
KILLS = 10
RECIPE = ROOT / "tests" / "contracts" / "resume_recipe.py"

LIFE = f"""
import sys, kvae
from kvae.recipes.train import train, resume
out = sys.argv[1]
try:
    resume(out)
except kvae.errors.UserError as error:
    assert "does not exist" in str(error) or "no config.json" in str(error), error
    train({str(RECIPE)!r}, {{"epochs": {EPOCHS}}}, out=out, seed=3)
"""


def _live(out):
    # Each life would compile the same once more.
    cache = {"JAX_COMPILATION_CACHE_DIR": str(out.parent / "jax"), "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
    command = [sys.executable, "-c", LIFE, str(out)]
    return subprocess.Popen(command, cwd=ROOT, env=environment(**cache), stderr=subprocess.PIPE, text=True)


def _state(out):
    with np.load(Run(out).state) as archive:
        return {name: archive[name] for name in archive.files}


@pytest.mark.slow
def test_ten_kills(tmp_path):
    alone, began, start_up = _live(tmp_path / "alone"), time.monotonic(), None
    for line in alone.stderr:
        if start_up is None and line.startswith("epoch"):
            start_up = time.monotonic() - began
    assert alone.wait() == 0
    pace = (time.monotonic() - began - start_up) / EPOCHS  # seconds for an epoch

    rng = random.Random(os.getpid())
    out, kills, moments = tmp_path / "killed", 0, []
    while kills < KILLS:
        life, began = _live(out), time.monotonic()
        if kills % 2:  # anywhere from the first import to the first epoch
            delay = rng.uniform(0, 0.8 * start_up)
        else:  # a while after an epoch: in the next three, in validation, in the writing of a checkpoint
            while not life.stderr.readline().startswith("epoch"):
                assert life.poll() is None
            start_up = time.monotonic() - began  # shorter than the first one's
            delay = rng.uniform(0, 3 * pace)
        time.sleep(delay)
        assert life.poll() is None, f"the run ended after {kills} kills: raise EPOCHS"
        life.send_signal(signal.SIGKILL)
        life.wait()
        kills += 1
        moments.append(f"{delay:.2f} s after {'its start' if kills % 2 == 0 else 'an epoch'}")
    last = _live(out)
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
    return zoo.train("digits/vae", {"epochs": 1, "model.hidden": "8"}, out=tmp_path_factory.mktemp("one") / "run")


@pytest.fixture
def short_run(one_epoch, tmp_path):
    """A copy of its own for each test."""
    return Run(shutil.copytree(one_epoch.path, tmp_path / "run"))


def test_more_epochs_may_be_added(short_run):
    run = zoo.resume(short_run.path, {"epochs": 2})
    assert run.history()["epoch"].tolist() == [1, 2]
    assert run.config["parameters"]["epochs"] == 2


def test_other_settings_may_not(short_run):
    with pytest.raises(UserError, match="no setting but epochs"):
        zoo.resume(short_run.path, {"model.latent": 3})


def test_other_data_are_refused(short_run):
    config = short_run.config
    config["data"]["fingerprint"] = "0"
    (short_run.path / "config.json").write_text(json.dumps(config))
    with pytest.raises(UserError, match="Expected the data that"):
        zoo.resume(short_run.path)


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda run: (run.path / "config.json").unlink(), "holds no config.json"),
        (lambda run: (run.path / "config.json").write_text("{"), "valid JSON file"),
        (lambda run: run.state.write_bytes(run.state.read_bytes()[:1000]), "a whole checkpoint"),
        (lambda run: run.state.write_bytes(b""), "a whole checkpoint"),
    ],
)
def test_half_written_runs(short_run, break_it, message):
    break_it(short_run)
    with pytest.raises(UserError, match=message):
        zoo.resume(short_run.path)


def test_a_finished_run_is_left_as_it_is(short_run):
    before = (short_run.path / "history.csv").read_bytes(), short_run.metrics["metrics"]
    run = zoo.resume(short_run.path)
    assert ((run.path / "history.csv").read_bytes(), run.metrics["metrics"]) == before


def test_a_state_that_is_not_finite_is_never_kept(tmp_path):
    """A rate so large that the only step of the second epoch spoils the weights: the first epoch's state stays."""
    out = tmp_path / "run"
    zoo.train("digits/vae", {"epochs": 1, "model.hidden": "8", "batch_size": 2000}, out=out)
    before = _state(out)
    config = json.loads((out / "config.json").read_text())
    config["parameters"]["learning_rate"] = 1e30
    (out / "config.json").write_text(json.dumps(config))
    with pytest.raises(NonFiniteLoss) as caught:
        zoo.resume(out, {"epochs": 3})
    assert "The last good state is kept" in "".join(caught.value.__notes__)
    after = _state(out)
    assert all(np.array_equal(after[name], array) for name, array in before.items() if "model" in name)


def test_epochs_that_are_done_stay_done(short_run):
    zoo.resume(short_run.path, {"epochs": 2})
    with pytest.raises(UserError, match="at least the 2 epochs"):
        zoo.resume(short_run.path, {"epochs": 1})


def test_a_run_that_goes_on_is_not_finished(short_run, monkeypatch):
    """What an earlier end left behind must not pass for the longer run's."""
    from kvae.callbacks import RunWriter

    def stop(self, epoch, logs=None):
        raise KeyboardInterrupt

    monkeypatch.setattr(RunWriter, "on_epoch_end", stop)
    with pytest.raises(KeyboardInterrupt):
        zoo.resume(short_run.path, {"epochs": 2})
    run = Run(short_run.path)
    assert not run.finished
    assert run.metrics is None
    assert run.load_model().count_params() > 0
