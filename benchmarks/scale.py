"""The cost of a training step against sizes: of the batch, the samples, the networks and images, and the number of encoders.

    python -m benchmarks.scale                       # every backend, below ten minutes on two cores
    python -m benchmarks.scale --quick               # three sizes, three turns of shorter measurements, below three minutes
    python -m benchmarks.scale --backends torch --only encoders --json

Each backend has a process with one thread, because small operations gain less from several threads than large ones. The
four sizes of an axis are measured in turns (ABCD ABCD …), so that other load of the machine affects all of them alike. A
measurement trains for several steps, and is the median of their times. A slope is that of the least-squares line through
log milliseconds against log size: 1 if the cost is proportional to the size, 2 if it is quadratic. It is the median of the
slopes of the turns, next to the smallest and the largest. A step also has a cost that does not depend on the size, which
makes slopes smaller. The slope of the last doubling contains less of it. The overhead is the time of a step that computes
next to nothing.
"""

import argparse
import importlib.util
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks.contenders import BACKENDS
from benchmarks.surroundings import ONE_THREAD, described, surroundings

COLUMNS = (
    *("axis", "backend", "sizes", "ms per step", "slope", "lowest to highest"),
    *("last doubling", "expected at most", "largest ÷ overhead"),
)


def main() -> None:
    """Measure every backend in a process of its own, and print the table."""
    chosen = _arguments()
    if chosen.worker:
        print(json.dumps(measured(chosen.only, chosen.turns, chosen.seconds, 3 if chosen.quick else 4)))
        return
    about, rows = {**surroundings(), "threads": ONE_THREAD}, []
    for backend in filter(importlib.util.find_spec, chosen.backends.split(",")):
        print(f"{backend} …", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", "benchmarks.scale", "--worker", *sys.argv[1:]]
        environment = {"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ, **ONE_THREAD, "KERAS_BACKEND": backend}
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        rows += json.loads(done.stdout.splitlines()[-1])
    print(json.dumps({"about": about, "rows": rows}, indent=1) if chosen.json else table(about, rows))


def measured(only: str, turns: int, seconds: float, count: int) -> list[dict]:
    """Return a row, with the first `count` sizes, for each axis whose name contains one of the texts of `only`."""
    from benchmarks.growing import AXES, smallest

    overhead = statistics.median(_in_turns([smallest()], turns, seconds)[0])
    names = [name for name in AXES if any(text in name for text in only.split(","))]
    rows = []
    for name in names:
        axis = AXES[name]._replace(sizes=AXES[name].sizes[:count])
        rows.append(_row(name, axis, turns, seconds, overhead))
        print(f"  {name}: {rows[-1]['slope']:.2f}", file=sys.stderr, flush=True)
    return rows


def _row(name: str, axis, turns: int, seconds: float, overhead: float) -> dict:
    import keras

    times = _in_turns([axis.prepare(size) for size in axis.sizes], turns, seconds)
    keras.backend.clear_session()
    slopes = [slope(axis.sizes, each) for each in zip(*times, strict=True)]
    ends = [slope(axis.sizes[-2:], each) for each in zip(*times[-2:], strict=True)]
    medians = [statistics.median(each) for each in times]
    return {
        "axis": name,
        "backend": keras.backend.backend(),
        "sizes": axis.sizes,
        "milliseconds": [round(1e3 * each, 2) for each in medians],
        "slope": round(statistics.median(slopes), 2),
        "slope_low": round(min(slopes), 2),
        "slope_high": round(max(slopes), 2),
        "slope_of_last_doubling": round(statistics.median(ends), 2),
        "expected": axis.expected,
        "largest_to_overhead": round(medians[-1] / overhead, 1),
    }


def _in_turns(trainings: list[Callable[[int], float]], turns: int, seconds: float) -> list[list[float]]:
    """Return the seconds per step of each training in each turn. A measurement takes about `seconds`, or three steps."""
    steps = [max(3, round(seconds / _ready(train))) for train in trainings]
    times = [[] for _ in trainings]
    for _ in range(turns):
        for train, count, found in zip(trainings, steps, times, strict=True):
            found.append(train(count))
    return times


def _ready(train: Callable[[int], float]) -> float:
    """Train until functions are traced and compiled, and return the seconds of a step."""
    began = time.perf_counter()
    while time.perf_counter() - began < 0.7:  # on PyTorch, a step is recorded after half a second
        train(2)
    return train(3)


def slope(sizes, times) -> float:
    """Return the slope of the least-squares line through log time against log size."""
    return statistics.linear_regression([math.log(size) for size in sizes], [math.log(each) for each in times]).slope


def table(about: dict, rows: list[dict]) -> str:
    """Return the rows as a table in Markdown."""
    lines = [described(about), "", "| " + " | ".join(COLUMNS) + " |", "|---" * 9 + "|"]
    for row in rows:
        sizes, times = ", ".join(map(str, row["sizes"])), ", ".join(f"{each:.1f}" for each in row["milliseconds"])
        cells = [row["axis"], row["backend"], sizes, times, f"{row['slope']:.2f}"]
        cells += [f"{row['slope_low']:.2f} to {row['slope_high']:.2f}", f"{row['slope_of_last_doubling']:.2f}"]
        lines.append("| " + " | ".join([*cells, str(row["expected"]), f"{row['largest_to_overhead']:.0f}"]) + " |")
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scale", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--turns", type=int, help="measurements of each size (5; 3 with --quick)")
    parser.add_argument("--only", default="", metavar="TEXT,…", help="axes whose name contains one of the texts")
    parser.add_argument("--backends", default=",".join(BACKENDS), help="backends, separated by commas")
    parser.add_argument("--quick", action="store_true", help="three sizes, three turns of shorter measurements")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    chosen.turns = chosen.turns or (3 if chosen.quick else 5)
    chosen.seconds = 0.2 if chosen.quick else 0.5
    return chosen


if __name__ == "__main__":
    main()
