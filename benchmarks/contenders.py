"""The programs that do the same work. Each runs in a process of its own."""

import importlib
import importlib.util
import json
import os
import resource
import subprocess
import sys
import time
from typing import NamedTuple

from benchmarks.work import Work

BACKENDS = ("tensorflow", "jax", "torch")
PEERS = ("PyTorch", "PyTorch, fused Adam", "pythae", "Keras")


class Contender(NamedTuple):
    """A program: a library, and the backend of Keras if the library runs on Keras."""

    library: str
    backend: str = ""

    @property
    def package(self) -> str:
        """The package without which the program cannot run."""
        return {"kvae": self.backend, "Keras": self.backend, "pythae": "pythae"}.get(self.library, "torch")

    def tasks(self) -> dict:
        """Return {work: function that prepares it}."""
        name = {"kvae": "in_kvae", "Keras": "in_keras", "pythae": "in_pythae"}.get(self.library, "in_torch")
        tasks = importlib.import_module(f"benchmarks.{name}").TASKS
        if name != "in_torch":
            return tasks
        fused = self.library == "PyTorch, fused Adam"
        return {work: lambda amount, task=task: task(amount, fused) for work, task in tasks.items()}


def installed(backends=BACKENDS) -> list[Contender]:
    """Return the contenders that can run here: kvae and Keras on each of `backends`, and the other peers."""
    on_keras = [Contender(library, backend) for library in ("kvae", "Keras") for backend in backends]
    others = [Contender(peer) for peer in PEERS if peer != "Keras"]
    return [contender for contender in (*on_keras, *others) if importlib.util.find_spec(contender.package)]


class Worker:
    """A process in which a contender does one kind of work."""

    def __init__(self, contender: Contender, name: str, work: Work):
        command = [sys.executable, "-m", "benchmarks.contenders", json.dumps([contender, name, work])]
        environment = {**os.environ, "KERAS_BACKEND": contender.backend or "torch"}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, env=environment, text=True, **pipes)
        self.ready = False

    def wait(self) -> None:
        """Wait until the process is ready."""
        while not self.ready:
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError(f"The process has ended with status {self.process.wait()}: {self.process.args}")
            self.ready = line.strip() == "ready"

    def run(self) -> dict[str, float]:
        """Do the work once, and return three numbers.

        "seconds" is the time of the work, "ready_after" the time until it was ready, without the work itself, and
        "peak_mb" the peak memory of the process so far.
        """
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self.process.stdin.close()
        self.process.wait()


def _serve(contender: Contender, name: str, work: Work) -> None:
    """Do the work for each line of stdin, after two runs or more, in which functions are traced and compiled."""
    prepare = contender.tasks()[name]
    began = time.perf_counter()
    run = prepare(work)
    runs = 0
    while runs < 2 or time.perf_counter() - began < 2:  # on PyTorch, a step is recorded after half a second
        run()
        runs += 1
    first = time.perf_counter() - began
    print("ready", flush=True)
    for _ in sys.stdin:
        time.sleep(0.3)  # idle threads of the process that was measured before may still spin
        began = time.perf_counter()
        run()
        seconds = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "ready_after": first - runs * seconds, "peak_mb": peak}), flush=True)


if __name__ == "__main__":
    given, name, work = json.loads(sys.argv[1])
    _serve(Contender(*given), name, Work(*work))
