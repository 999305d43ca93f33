"""The commands of docs/scaling.md for several processes run, as processes of this machine."""

import os
import re
import shlex
import socket
import subprocess
import sys

import keras
import pytest

from tests.conftest import ROOT, environment

PAGE = (ROOT / "docs" / "scaling.md").read_text("utf-8")
BLOCKS = [block for block in re.findall(r"^```text\n(.*?)^```", PAGE, re.M | re.S) if "127.0.0.1" in block]
SHORT = {"train": "--set epochs=1 --set model.hidden=8 --set batch_size=500", "tune": "--set epochs=1 --trials 1"}

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the pages are tested on one backend")


def _start(line: str, folder) -> subprocess.Popen:
    """Start a command of the page, with short training, in `folder`."""
    words = shlex.split(line)
    program = words.index("kvae")
    variables = dict(word.split("=") for word in words[:program])
    backend = "jax" if "jax" in words else "tensorflow"
    command = [sys.executable, "-m", "kvae", *words[program + 1 :], *SHORT[words[program + 1]].split()]
    surroundings = environment(backend, **variables)
    surroundings["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), surroundings.get("PYTHONPATH")]))
    return subprocess.Popen(
        command, cwd=folder, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: re.search("kvae (train|tune)", block)[1])
def test_commands_of_the_page_for_several_processes_run(block, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    lines = re.sub(r"\b(5000|8000)\b", port, block).splitlines()
    processes = [_start(line, tmp_path) for line in lines if "kvae" in line]
    ends = [process.communicate(timeout=300) for process in processes]
    assert len(processes) > 1
    for process, (_, err) in zip(processes, ends, strict=True):
        assert process.returncode == 0, err
