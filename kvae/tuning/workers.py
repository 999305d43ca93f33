"""The processes of a search on one machine: KerasTuner's chief, which hands out trials, and workers that train them."""

import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import keras

from kvae.cores import core_count
from kvae.errors import UserError
from kvae.tuning import trials

RESTARTS = 3
"""Number of times that dead processes are started again."""
REFUSED = 2
"""Exit code of a process that printed in one sentence why it stops."""

logger = logging.getLogger(__name__)


class _Process(subprocess.Popen):
    """A process of a search, and the port at which the chief listens."""

    port: int


def supervise(folder: Path, recipe: str, workers: int, ended: Callable[[str], None]) -> None:
    """Run a chief and `workers` processes until no trial is left, and call `ended` with the name of each trial that ends.

    Args:
        folder: directory of the search.
        recipe: name of the recipe, or of its file, which the processes run.
        workers: number of processes in addition to the chief.
        ended: function that is called with the name of a trial.
    """
    names = ("chief", *(f"worker-{i}" for i in range(workers)))
    seen = trials.ended(folder)
    processes = _start((folder, recipe), names, workers)
    restarts = 0
    try:
        while True:
            time.sleep(0.5)
            for trial in trials.ended(folder) - seen:
                seen.add(trial)
                ended(trial)
            codes = {name: process.poll() for name, process in processes.items()}
            dead = [name for name, code in codes.items() if code not in (None, 0)]
            if codes["chief"] == 0 or not any(codes[name] != 0 for name in names[1:]):
                return
            if not dead:
                continue
            if restarts == RESTARTS or any(codes[name] == REFUSED for name in dead):
                raise UserError(_explanation(folder, codes))
            restarts += 1
            # A new chief could give a worker a trial that another worker is training, so all of them start again.
            again = names if "chief" in dead else dead
            logger.warning("%s ended with code %d and is started again. It resumes its trial.", dead[0], codes[dead[0]])
            _stop(processes[name] for name in again)
            port = None if "chief" in again else processes["chief"].port
            processes |= _start((folder, recipe), again, workers, port)
    finally:
        _stop(processes.values())  # left alone, a chief waits for up to twenty seconds; its files are always whole


def _start(
    search: tuple[Path, str], names: Iterable[str], workers: int, port: int | None = None
) -> dict[str, _Process]:
    """Start the processes called `names`, which end when this process ends."""
    if port is None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    required = {"KERASTUNER_ORACLE_IP": "127.0.0.1", "KERASTUNER_ORACLE_PORT": str(port)}
    required["KERAS_BACKEND"] = keras.backend.backend()
    # The processes share the cores of the processor and the memory of a GPU.
    threads = str(max(1, core_count() // workers))
    defaults = {"OMP_NUM_THREADS": threads, "TF_NUM_INTRAOP_THREADS": threads}
    defaults |= {"XLA_PYTHON_CLIENT_PREALLOCATE": "false", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}
    started = {}
    for name in names:
        environment = {**defaults, **os.environ, **required, "KERASTUNER_TUNER_ID": name}
        with open(search[0] / f"{name}.log", "ab") as log:
            # -P keeps Python files of the current folder from being imported, as the command kvae does.
            command = [sys.executable, "-P", "-m", "kvae.tuning", *map(str, search)]
            started[name] = _Process(command, env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log)
            started[name].port = port
    return started


def _stop(processes: Iterable[subprocess.Popen]) -> None:
    """Terminate `processes` and wait for their end."""
    processes = list(processes)
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait()


def _explanation(folder: Path, codes: Mapping[str, int | None]) -> str:
    """Return an error message with the last line of the log of the process that stopped the search."""
    name = next((n for n, code in codes.items() if code == REFUSED), next(n for n, code in codes.items() if code))
    lines = (folder / f"{name}.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    said = lines[-1] if lines else "It printed nothing."
    if codes[name] == REFUSED:
        return said
    return f"{name} ended with code {codes[name]}. Its last line: {said}"
