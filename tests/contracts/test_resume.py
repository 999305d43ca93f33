"""A run killed at any moment and resumed ends bit-identical to a run left alone."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest

from kvae import zoo
from kvae.errors import UserError
from kvae.runs import Run
from tests.conftest import ROOT

EPOCHS = 60
KILLS = 10
SETTINGS = {"epochs": EPOCHS, "model.hidden": "32", "batch_size": 128}

LIFE = """
import sys, kvae
from kvae.zoo.fit import train, resume
out = sys.argv[1]
try:
    run = resume(out)
except kvae.errors.UserError as error:
    assert "does not exist" in str(error) or "no config.json" in str(error) or "which lacks" in str(error), error
    run = train("digits/vae", {settings!r}, out=out, seed=3)
"""


def _live(out):
    code = LIFE.replace("{settings!r}", repr(SETTINGS))
    return subprocess.Popen([sys.executable, "-c", code, str(out)], cwd=ROOT, stderr=subprocess.PIPE, text=True)


def _state(out):
    with np.load(Run(out).state) as archive:
        return {name: archive[name] for name in archive.files}


@pytest.mark.slow
def test_ten_kills(tmp_path):
    alone = _live(tmp_path / "alone")
    assert alone.wait() == 0, alone.stderr.read()[-2000:]

    rng = random.Random(os.getpid())
    kills, out, moments = 0, tmp_path / "killed", []
    while True:
        life = _live(out)
        for line in life.stderr:  # the first epoch line says that imports and compilation are over
            if line.startswith("epoch"):
                break
        if kills < KILLS:
            delay = rng.uniform(0, 0.8)
            time.sleep(delay)
            if life.poll() is None:
                life.send_signal(signal.SIGKILL)
                life.wait()
                kills += 1
                moments.append(round(delay, 2))
                continue
        life.stderr.read()
        assert life.wait() == 0
        break
    print(f"{keras.backend.backend()}: killed {kills} times, {moments} s after an epoch")
    assert kills == KILLS, f"the run ended after {kills} kills: raise EPOCHS"

    expected, state = _state(tmp_path / "alone"), _state(out)
    assert state.keys() == expected.keys()
    differing = [name for name, array in expected.items() if not np.array_equal(state[name], array)]
    assert not differing
    assert (out / "history.csv").read_bytes() == (tmp_path / "alone" / "history.csv").read_bytes()
    alone, killed = Run(tmp_path / "alone"), Run(out)
    assert killed.metrics["metrics"] == alone.metrics["metrics"]


@pytest.fixture
def short_run(tmp_path):
    return zoo.train("digits/vae", {"epochs": 1, "model.hidden": "8"}, out=tmp_path / "run")


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
        (lambda run: (run.path / "config.json").write_text("{"), "whole JSON file"),
        (lambda run: run.state.write_bytes(run.state.read_bytes()[:1000]), "a whole checkpoint"),
        (lambda run: run.state.write_bytes(b""), "a whole checkpoint"),
    ],
)
def test_half_written_runs(short_run, break_it, message):
    break_it(short_run)
    with pytest.raises(UserError, match=message):
        zoo.resume(short_run.path)


def test_a_finished_run_is_left_as_it_is(short_run):
    before = (short_run.path / "history.csv").read_bytes(), short_run.metrics
    run = zoo.resume(short_run.path)
    assert ((run.path / "history.csv").read_bytes(), run.metrics) == before
