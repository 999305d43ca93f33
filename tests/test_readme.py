"""The code blocks of the README run."""

import json
import os
import re
import shlex
import subprocess
import sys

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


COMMANDS = """
import json, sys
from kvae.cli.app import app
for line, words in json.load(sys.stdin):
    assert not app(words, prog_name="kvae", standalone_mode=False), line  # what `kvae` exits with
"""
"""One process for the commands of a block, of which each alone would import Keras anew."""


def _run(code, folder, **options):
    """Runs Python code in `folder`, with runs and cached data of its own."""
    environment = {**os.environ, "KVAE_CACHE": str(folder / "cache")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stderr[-2000:]


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
        _run(code, folder)
        return
    commands = []
    for line in code.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if not words or words[0] in ("make", "git", "cd", "python3", "pip", "export", "source", "."):
            continue  # installation: `make demo` and `make test` are what runs this very test
        if any(word.startswith(("mnist/", "runs/mnist")) for word in words) and not os.environ.get("KVAE_DATA"):
            pytest.skip("KVAE_DATA is not set: this block trains on the real MNIST")
        if words[:2] == ["kvae", "train"]:
            words += ["--set", "epochs=1"]
        assert words[0] == "kvae", line
        commands.append((line, words[1:]))
    _run(COMMANDS, folder, input=json.dumps(commands))
