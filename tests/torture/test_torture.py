"""A short form of the attack of `make torture`, and programs whose faults the attack must find."""

import os
import random
import subprocess
import sys

import keras
import pytest

from kvae.files import atomic
from tests.conftest import ROOT, environment
from tests.torture.attack import STEP, Attack, run
from tests.torture.campaign import Campaign
from tests.torture.targets import Target

pytestmark = pytest.mark.filterwarnings("ignore:os.fork")  # the programs below use no backend


@pytest.mark.parametrize(
    ("target", "attacks"),
    [("preparation of data", "2"), pytest.param("training (dropout)", "1", marks=pytest.mark.slow)],
)
def test_torture_damages_nothing(target, attacks):
    options = ("--here", "--only", target, "--attacks", attacks, "--seed", "0")
    command = [sys.executable, "-m", "tests.torture", *options]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"| {target} |")
    assert done.stdout.endswith("| 0 | 0 | 0 |\n")


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="only TensorFlow waits for threads after a fork")
def test_import_of_the_recipe_computes_nothing(run_python):
    code = "import tests.torture.recipe; from tensorflow.python.eager import context; print(context.context()._initialized)"
    assert run_python(code) == "False\n"


def write_whole(folder):
    with atomic(folder / "x") as temporary:
        temporary.write_text("12")


def write_in_place(folder):
    (folder / "x").write_text("1")
    with open(folder / "x", "a") as file:
        file.write("2")


def write_once(folder):
    if not (folder / "x").exists():
        write_in_place(folder)


def write_and_rename(folder):
    temporary = folder / f"x-{os.getpid()}"
    temporary.write_text("12")
    os.rename(temporary, folder / "x")


def ignore_full_disks(folder):
    try:
        write_whole(folder)
    except OSError as error:
        raise ValueError("no file") from error


def read(folder):
    return {path.name: path.read_text() for path in folder.iterdir() if path.name == "x"}


def attack(act, folder, attacks=2):
    return Campaign(Target("a program", act, read), folder, random.Random(0), attacks).run(60).counts


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        (write_in_place, "damaged"),
        (write_once, "different"),
        (write_and_rename, "leftovers"),
        (ignore_full_disks, "unexplained"),
    ],
)
def test_campaign_finds_the_fault_of_a_program(act, fault, tmp_path):
    assert attack(act, tmp_path)[fault] > 0


def test_campaign_finds_no_fault_in_whole_files(tmp_path):
    counts = attack(write_whole, tmp_path)
    assert min(counts[kind] for kind in ("write", "full", "small")) > 0
    assert set(counts) <= {"moment", "write", "full", "small"}


def test_campaign_kills_at_every_step(tmp_path):
    def act(folder):
        for _ in range(4):
            sys.audit(STEP)
        write_whole(folder)

    assert attack(act, tmp_path, attacks=4)["step"] == 4


def test_attack_without_effect_is_not_counted(tmp_path):
    for kind, value in (("moment", 60), ("worker", 60), ("write", 9), ("full", 9), ("step", 1), ("small", 9)):
        assert not run(write_whole, tmp_path, Attack(kind, value)).struck, kind


def test_attack_on_a_worker_kills_it_alone(tmp_path):
    def act(folder):
        return subprocess.run(["sleep", "60"]).returncode

    outcome = run(act, tmp_path, Attack("worker", 0.5))
    assert outcome.struck
    assert outcome.result == -9
