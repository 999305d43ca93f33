"""The code blocks of the README run."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import keras
import pytest

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = [block for block in re.findall(r"^```(\w+)\n(.*?)^```", README, re.M | re.S) if block[0] != "text"]
"""What can be run here; text is for several machines."""

pytestmark = [
    pytest.mark.xdist_group("readme"),
    pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="one backend is enough for prose"),
]


def _environment(folder):
    """The commands of this environment first on the path; runs are written to a folder of their own."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "KVAE_CACHE": str(folder / "cache")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder for all blocks, in order: later ones use the runs of earlier ones."""
    return tmp_path_factory.mktemp("readme")


def test_there_are_blocks():
    assert {"bash", "python"} <= {language for language, _ in BLOCKS}


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_block_runs(number, folder):
    language, code = BLOCKS[number]
    if language == "python":
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=folder, env=_environment(folder), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return
    for line in code.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if not words or words[0] in ("make", "git", "cd", "python3", "pip", "export", "source", "."):
            continue  # installation: `make demo` and `make test` are what runs this very test
        if any(word.startswith(("mnist/", "runs/mnist")) for word in words) and not os.environ.get("KVAE_DATA"):
            pytest.skip("KVAE_DATA is not set: this block trains on the real MNIST")
        if words[:2] == ["kvae", "train"]:
            words += ["--set", "epochs=1"]
        done = subprocess.run(words, cwd=folder, env=_environment(folder), capture_output=True, text=True)
        assert done.returncode == 0, f"{line}\n{done.stderr[-2000:]}"
