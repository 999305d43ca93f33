"""The code blocks of the README and of the pages in docs/ run."""

import json
import os
import re
import shlex
import subprocess
import sys

import keras
import pytest

from tests.conftest import ROOT

GENERATED = ROOT / "docs" / "generated"
"""Pages that `make docs` writes. Their commands are those of recipes, presets and help texts."""

FOUND = sorted(page for page in (ROOT / "docs").rglob("*.md") if GENERATED not in page.parents)
PAGES = (ROOT / "README.md", *FOUND)
BLOCKS = [
    pytest.param(language, code, id=f"{page.stem}-{number}-{language}")
    for page in PAGES
    for number, (language, code) in enumerate(re.findall(r"^```(\w+)\n(.*?)^```", page.read_text("utf-8"), re.M | re.S))
    if language != "text"  # commands for several machines, and long trainings
]
INSTALLATION = ("make", "pip")
"""Programs in the blocks that the tests do not run, because they would install kvae again."""

NEEDS_DATA = ("mnist/", "runs/mnist", "celeba/")
"""Names of recipes, runs and presets whose data sets have to be under KVAE_DATA."""

COMMANDS = """
import json, sys
from kvae.cli.app import app
for line, words in json.load(sys.stdin):
    assert not app(words, prog_name="kvae", standalone_mode=False), line  # the exit status of `kvae`
"""
"""A program that runs all commands of a block in one process. Separate processes would each import Keras anew."""

pytestmark = [
    pytest.mark.xdist_group("readme"),
    pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the pages are tested on one backend"),
]


def _run(code: str, folder, **options) -> None:
    """Run Python code in a new process in `folder`, which also holds the cache."""
    environment = {**os.environ, "KVAE_CACHE": str(folder / "cache")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stderr[-2000:]


def _commands(code: str) -> list[tuple[str, list[str]]]:
    """Return (line, arguments of kvae) of each command in a bash block. Trainings are shortened to one epoch."""
    commands = []
    for line in code.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if not words or words[0] in INSTALLATION:
            continue
        assert words[0] == "kvae", line
        if words[1:3] == ["data", "get"]:  # other tests download from a server on this machine
            continue
        shortened = ["--set", "epochs=1"] if words[1] == "train" else []
        commands.append((line, words[1:] + shortened))
    return commands


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder for all blocks in their order, because later blocks use the runs of earlier ones."""
    return tmp_path_factory.mktemp("readme")


def test_blocks_of_the_pages_contain_bash_and_python():
    assert {"bash", "python"} <= {block.values[0] for block in BLOCKS}


@pytest.mark.parametrize(("language", "code"), BLOCKS)
def test_block_in_a_new_folder_runs(language, code, folder):
    if any(name in code for name in NEEDS_DATA) and not os.environ.get("KVAE_DATA"):
        pytest.skip("KVAE_DATA is not set")
    if language == "bash":
        _run(COMMANDS, folder, input=json.dumps(_commands(code)))
        return
    file = re.match(r"# (\w+\.py)\n", code)  # a block that shows a file, which later blocks use
    if file:
        (folder / file[1]).write_text(code, encoding="utf-8")
    _run(code, folder)
