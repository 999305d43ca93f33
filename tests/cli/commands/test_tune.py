"""`kvae tune`: files of a search, resuming, and trials that are neither lost nor repeated."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kvae.files import LOCK
from kvae.tuning import trials
from tests.conftest import ROOT, locked_by_another

FAST = ("--set", "epochs=2", "--set", "model.hidden=8", "--set", "batch_size=500")
SPACE = ("--vary", "model.beta=0.5:2:log", "--vary", "model.latent=2,4")


def test_tune_then_train_uses_the_best_settings(kvae, kvae_json, tmp_path):
    result = kvae("tune", "digits/vae", "--trials", 3, *FAST, *SPACE, "--out", "s")
    assert result.code == 0, result.err
    assert "trial 3/3" in result.err
    done = trials.ranked(trials.read("s"))
    assert len(done) == 3
    assert [trial.score for trial in done] == sorted(-trial.values["elbo"] for trial in done)
    assert len(Path("s/trials.csv").read_text().splitlines()) == 4
    best = json.loads(Path("s/best/config.json").read_text())["parameters"]
    assert {name: best[name] for name in done[0].parameters} == done[0].parameters
    assert kvae("sample", "s/best").code == 0, "the best run is a run"

    described = json.loads(Path("s/search.json").read_text())
    del described["precision"]  # version 0.1.0 did not name it
    Path("s/search.json").write_text(json.dumps(described))
    before = {path: path.stat().st_mtime_ns for path in Path("s").glob("trial_*/score.json")}
    report = kvae_json("tune", "digits/vae", "--trials", 4, *FAST, *SPACE, "--out", "s")
    assert len(report["trials"]) == 4
    assert {path: path.stat().st_mtime_ns for path in before} == before, "a finished trial was repeated"

    trained = kvae("train", "--from-search", "s", "--set", "epochs=1", "--out", "run")
    assert trained.code == 0, trained.err
    settings = json.loads(Path("run/config.json").read_text())["parameters"]
    assert {name: settings[name] for name in report["trials"][0] if name.startswith("model.")} == {
        name: value for name, value in report["trials"][0].items() if name.startswith("model.")
    }
    assert settings["epochs"] == 1
    assert settings["model.hidden"] == [8]


def test_tune_in_bfloat16_trains_trials_in_it_and_refuses_another_precision(kvae):
    command = ("tune", "digits/vae", "--trials", 1, *FAST, *SPACE, "--precision", "bfloat16", "--out", "s")
    result = kvae(*command)
    assert result.code == 0, result.err
    configs = [json.loads(Path(name).read_text()) for name in ("s/search.json", "s/best/config.json")]
    assert [config["precision"] for config in configs] == ["bfloat16", "bfloat16"]
    score, metrics = (json.loads(Path(f"s/trial_0/{name}").read_text()) for name in ("score.json", "run/metrics.json"))
    assert metrics["precision"] == "float32"
    assert score["elbo"] == pytest.approx(metrics["metrics"]["elbo"], rel=1e-5)

    other = kvae(*command[:-4], "--precision", "float32", "--out", "s")
    assert (other.code, "differs in precision" in other.err) == (1, True)


def test_tune_several_objectives_write_a_pareto_front(kvae):
    result = kvae("tune", "swiss_roll/vae", "--trials", 2, "--tuner", "random", "--out", "s", *("--set", "epochs=1"))
    assert result.code == 0, result.err
    assert Path("s/front.csv").is_file()
    assert Path("s/front.png").is_file()
    second = trials.ranked(trials.read("s"))[1]
    assert kvae("train", "--from-search", f"s/trial_{second.name}", "--out", "run").code == 0
    settings = json.loads(Path("run/config.json").read_text())["parameters"]
    assert {name: settings[name] for name in second.parameters} == second.parameters


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--vary", "model.bet=0.1:1"), "Did you mean model.beta"),
        (("--vary", "model.beta=1"), "LOW:HIGH"),
        (("--vary", "beta"), "NAME=RANGE"),
        (("--vary", "model.beta=1,none"), "of one kind"),
        (("--vary", "model.beta=1:2", "--set", "model.beta=1"), "either varied or set"),
        (("--set", "model.bet=1"), "Did you mean model.beta"),
        (("--set", "model.beta=1", "--set", "model.latent=2", "--set", "learning_rate=1e-3"), "at least one parameter"),
    ],
)
def test_tune_bad_arguments_are_refused(kvae, arguments, message):
    result = kvae("tune", "digits/vae", *arguments)
    assert result.code != 0
    assert message in result.err
    assert not Path("runs").exists()


def test_tune_folder_with_other_files_is_refused(kvae):
    Path("s").mkdir()
    Path("s/mine.txt").write_text("mine")
    result = kvae("tune", "digits/vae", *FAST, "--trials", 1, "--out", "s")
    assert (result.code, "Expected a new or empty folder" in result.err) == (1, True)
    assert kvae("tune", "digits/vae", *FAST, "--trials", 1, "--out", "t").code == 0
    result = kvae("tune", "digits/vae", *FAST, *SPACE, "--trials", 1, "--out", "t")
    assert (result.code, "differs in search" in result.err) == (1, True)
    result = kvae("train", "--from-search", "s")
    assert (result.code, "holds no search.json" in result.err) == (2, True)
    result = kvae("train", "mnist/vae", "--from-search", "t")
    assert (result.code, "Expected digits/vae" in result.err) == (2, True)


def test_tune_folder_in_use_is_refused(kvae):
    with locked_by_another(Path("s") / LOCK):
        result = kvae("tune", "digits/vae", *FAST, "--trials", 1, "--out", "s")
    assert (result.code, "no other process writes" in result.err) == (1, True)


def test_tune_full_disk_then_same_command_resumes(kvae, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device", "s/trial_0/run/checkpoint/state.npz")

    with monkeypatch.context() as patch:
        patch.setattr("kvae.training.checkpoint.save", full)
        result = kvae("tune", "digits/vae", *FAST, *SPACE, "--trials", 2, "--out", "s")
    assert (result.code, "The disk is full" in result.err) == (1, True)
    assert "run the same command again" in result.err
    result = kvae("tune", "digits/vae", *FAST, *SPACE, "--trials", 2, "--out", "s")
    assert (result.code, len(trials.read("s"))) == (0, 2)


def test_tune_hyperband_trains_the_best_longer(kvae):
    result = kvae(
        "tune", "digits/vae", *FAST, *SPACE, "--tuner", "hyperband", "--set", "epochs=3", "--trials", 4, "--out", "s"
    )
    assert result.code == 0, result.err
    done = trials.read("s")
    assert max(trial.epochs for trial in done) == 3
    first = min(done, key=lambda trial: trial.epochs)
    assert first.epochs < 3


def test_tune_recipe_file_of_a_user_writes_a_search(kvae):
    text = (ROOT / "zoo" / "digits" / "vae.py").read_text()
    Path("mine.py").write_text(text)
    result = kvae("tune", "mine.py", *FAST, "--trials", 1)
    assert result.code == 0, result.err
    result = kvae("train", "mine.py", "--from-search", "runs/search/mine", "--set", "epochs=1")
    assert result.code == 0, result.err


def test_tune_incomplete_variables_of_kerastuner_are_refused(kvae, monkeypatch):
    monkeypatch.setenv("KERASTUNER_ORACLE_IP", "127.0.0.1")
    result = kvae("tune", "digits/vae", *FAST)
    assert (result.code, "Received: no KERASTUNER_TUNER_ID" in result.err) == (1, True)


def test_tune_failed_trial_is_reported_and_the_search_continues(kvae):
    space = ("--vary", "learning_rate=1e-3,1e30")
    result = kvae("tune", "digits/vae", *FAST, *space, "--tuner", "random", "--trials", 2, "--out", "s")
    assert result.code == 0, result.err
    assert "failed: Expected finite losses" in result.err
    assert len(trials.read("s")) == 1


# ------------------------------------------------------------------ processes


def _start(out, *arguments):
    """Start a search of digits/vae in a new process."""
    command = [sys.executable, "-m", "kvae", "tune", "digits/vae", "--out", str(out), *SPACE, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _scores(out):
    """Return {trial: score, parameters and epochs}."""
    return {trial.name: (trial.score, trial.parameters, trial.epochs) for trial in trials.read(out)}


SLOW = ("--set", "epochs=10", "--set", "model.hidden=8", "--trials", "3")


@pytest.mark.slow
def test_tune_killed_search_resumes_to_the_same_scores(tmp_path):
    alone = _start(tmp_path / "alone", *SLOW)
    assert alone.wait() == 0, alone.stderr.read()
    out, kills = tmp_path / "killed", 0
    history = out / "trial_1" / "run" / "history.csv"
    for moment in (history, out / "trial_1" / "score.json"):
        search = _start(out, *SLOW)
        while not moment.is_file():
            assert search.poll() is None, search.stderr.read()
            time.sleep(0.02)
        search.send_signal(signal.SIGKILL)
        search.wait()
        kills += 1
    begun = history.read_text().count("\n")
    last = _start(out, *SLOW)
    assert last.wait() == 0, last.stderr.read()
    print(f"killed {kills} times; the second trial had {begun - 1} of 10 epochs")
    assert _scores(out) == _scores(tmp_path / "alone")


def _workers(folder):
    """Return {tuner id: pid} of the processes that share the search in `folder`."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder) in (process / "cmdline").read_text():
                environment = (process / "environ").read_bytes().split(b"\0")
                ids = [e.split(b"=")[1].decode() for e in environment if e.startswith(b"KERASTUNER_TUNER_ID=")]
                found |= dict.fromkeys(ids, int(process.name))
        except OSError:
            continue
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds its workers in /proc")
def test_tune_restarts_killed_workers_which_end_with_the_search(tmp_path):
    out = tmp_path / "shared"
    search = _start(out, "--set", "epochs=15", "--set", "model.hidden=8", "--trials", 4, "--workers", 2)
    while not list(out.glob("trial_*/run/history.csv")):
        assert search.poll() is None, search.stderr.read()
        time.sleep(0.05)
    victim = _workers(out)["worker-0"]
    os.kill(victim, signal.SIGKILL)
    _, err = search.communicate(timeout=300)
    assert search.returncode == 0, err
    assert "worker-0 ended with code -9" in err
    assert [trial.name for trial in trials.read(out)] == ["0", "1", "2", "3"]
    state = json.loads((out / "oracle.json").read_text())
    assert sorted(state["end_order"]) == ["0", "1", "2", "3"], "a trial is missing"

    search = _start(out, "--set", "epochs=15", "--set", "model.hidden=8", "--trials", 6, "--workers", 2)
    while len(_workers(out)) < 3:
        assert search.poll() is None, search.stderr.read()
        time.sleep(0.05)
    search.kill()
    search.wait()
    until = time.monotonic() + 30
    while _workers(out):
        assert time.monotonic() < until, "processes outlive the process that started them"
        time.sleep(0.1)
