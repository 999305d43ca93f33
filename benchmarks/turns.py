"""Contenders that take turns: each lives in a process of its own, and the noise of the machine hits all alike.

A benchmark is a program that, called with `--worker NAME`, makes the tasks of contender NAME, functions without arguments,
and hands them to `work`; called without, it lets them race.
"""

import importlib.util
import os
import statistics
import subprocess
import sys
import time

BACKENDS = ("tensorflow", "jax", "torch")


def contenders() -> tuple[str, ...]:
    """pythae, and kvae on every backend that is installed. Leaves the program where the peer is missing."""
    for package in ("pythae", "torch"):
        if not importlib.util.find_spec(package):
            sys.exit(f'Expected {package}, which kvae is compared with. Install it: pip install -e ".[benchmark]"')
    return ("pythae", *(backend for backend in BACKENDS if importlib.util.find_spec(backend)))


def start(program: str, name: str, *arguments: str, **options) -> subprocess.Popen:
    """The process of contender `name`."""
    backend = name.split(",")[0]
    environment = {**os.environ, "KERAS_BACKEND": backend if backend in BACKENDS else "torch"}
    command = [sys.executable, program, "--worker", name, *arguments]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **options
    )


def work(tasks) -> None:
    """A contender's process: names its tasks, does what stdin names, once to wake up, once more to answer in seconds."""
    for task in tasks.values():
        task()  # traces, compiles, warms up
    print(*tasks, flush=True)
    for line in sys.stdin:
        time.sleep(0.5)  # for the threads of the one before, which spin for a while
        tasks[line.strip()]()
        began = time.perf_counter()
        tasks[line.strip()]()
        print(time.perf_counter() - began, flush=True)


def race(
    program: str, amounts: dict[str, int], turns: int, names: tuple[str, ...] | None = None
) -> dict[str, dict[str, dict[str, float]]]:
    """{task: {contender: {"per_second", "ratio"}}}: amounts per second and their ratio to the first's, medians over the
    turns.

    `amounts` says how much of what is counted a task does; `names` are the contenders, by default `contenders()`, of whom
    the first does every task.
    """
    first, *others = names or contenders()
    workers = {name: start(program, name, stdin=subprocess.PIPE) for name in (first, *others)}
    able = {name: worker.stdout.readline().split() for name, worker in workers.items()}
    speeds = {task: {name: [] for name in workers if task in able[name]} for task in amounts}
    for _ in range(turns):
        for task, amount in amounts.items():
            for name, measured in speeds[task].items():
                workers[name].stdin.write(f"{task}\n")
                workers[name].stdin.flush()
                measured.append(amount / float(workers[name].stdout.readline()))
    for worker in workers.values():
        worker.stdin.close()
        worker.wait()
    return {
        task: {
            name: {
                "per_second": statistics.median(each),
                "ratio": statistics.median(a / b for a, b in zip(each, of_task[first], strict=True)),
            }
            for name, each in of_task.items()
        }
        for task, of_task in speeds.items()
    }


def show(rows, titles: dict[str, str]) -> None:
    print(f"{'':12}" + "".join(f"{titles[task]:>26}" for task in rows))
    for name in dict.fromkeys(name for row in rows.values() for name in row):
        cells = (
            f"{row[name]['per_second']:16,.0f} ({row[name]['ratio']:.2f}×)" if name in row else ""
            for row in rows.values()
        )
        print(f"{name:12}" + "".join(f"{cell:>26}" for cell in cells))
