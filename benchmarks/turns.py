"""Measurement of the speed of several contenders in turns, so that other load of the machine affects all of them alike.

Each contender runs in its own process. A benchmark is a program. With `--worker NAME` it builds the tasks of contender
NAME, which are functions without arguments, and passes them to `serve_tasks`. Without it, the program measures the
contenders by `measure_in_turns`.
"""

import importlib.util
import os
import statistics
import subprocess
import sys
import time

BACKENDS = ("tensorflow", "jax", "torch")


def contenders() -> tuple[str, ...]:
    """Return pythae and the installed backends of kvae. Exit the program if pythae is missing."""
    for package in ("pythae", "torch"):
        if not importlib.util.find_spec(package):
            sys.exit(
                f'Expected {package} to be installed, for the comparison. Install it: pip install -e ".[benchmark]"'
            )
    return ("pythae", *(backend for backend in BACKENDS if importlib.util.find_spec(backend)))


def start_worker(program: str, name: str, *arguments: str, variables=None, **options) -> subprocess.Popen:
    """Start the process of contender `name`, on the backend of that name, or on PyTorch.

    `variables` are added to the environment.
    """
    backend = name.split(",")[0]
    environment = {**os.environ, "KERAS_BACKEND": backend if backend in BACKENDS else "torch", **(variables or {})}
    command = [sys.executable, program, "--worker", name, *arguments]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **options
    )


def serve_tasks(tasks) -> None:
    """Run the tasks that the measuring process requests by their names on stdin, until stdin ends.

    The function first runs every task once and prints the names of the tasks. For each line of stdin it then runs the task
    of that name twice, and prints the seconds of the second run.
    """
    for task in tasks.values():
        task()  # so that tracing and compilation are not timed
    print(*tasks, flush=True)
    for line in sys.stdin:
        time.sleep(0.5)  # idle threads of the process that was measured before may still spin
        tasks[line.strip()]()
        began = time.perf_counter()
        tasks[line.strip()]()
        print(time.perf_counter() - began, flush=True)


def measure_in_turns(
    program: str, amounts: dict[str, int], turns: int, names: tuple[str, ...] | None = None
) -> dict[str, dict[str, dict[str, float]]]:
    """Measure all contenders in turns, and return {task: {contender: {"per_second", "ratio"}}}.

    Both values are medians over the turns. The ratio is the speed divided by that of the first contender.

    Args:
        program: path of the benchmark.
        amounts: amount that each task processes, such as a number of images.
        turns: number of measurements of each task and contender.
        names: names of the contenders, of which the first has every task. None for `contenders()`.
    """
    first, *others = names or contenders()
    workers = {name: start_worker(program, name, stdin=subprocess.PIPE) for name in (first, *others)}
    tasks = {name: worker.stdout.readline().split() for name, worker in workers.items()}
    speeds = {task: {name: [] for name in workers if task in tasks[name]} for task in amounts}
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


def print_table(rows, titles: dict[str, str]) -> None:
    """Print the result of `measure_in_turns` as a table, with a column for each task."""
    print(f"{'':18}" + "".join(f"{titles[task]:>26}" for task in rows))
    for name in dict.fromkeys(name for row in rows.values() for name in row):
        cells = (
            f"{row[name]['per_second']:16,.0f} ({row[name]['ratio']:.2f}×)" if name in row else ""
            for row in rows.values()
        )
        print(f"{name:18}" + "".join(f"{cell:>26}" for cell in cells))
