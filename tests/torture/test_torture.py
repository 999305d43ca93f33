"""A short form of the attack of `make torture`: a few kills and full disks."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT, environment


@pytest.mark.parametrize("target", ["preparation of data", pytest.param("training (dropout)", marks=pytest.mark.slow)])
def test_torture_damages_nothing(target):
    options = ("--here", "--only", target, "--attacks", "2", "--seed", "0")
    command = [sys.executable, "-m", "tests.torture", *options]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"| {target} |")
    assert done.stdout.endswith("| 0 | 0 | 0 |\n")
