"""Time of a training step on JAX without and with the fusions of YNNPACK, which kvae turns off on CPUs.

    python -m benchmarks.fusions
    python -m benchmarks.fusions --only DCGAN --turns 9

The two steps are compiled in one process and measured in turns. A ratio is the median of the ratios of times within a turn:
above 1, the step is faster without these fusions.
"""

import argparse
import os
import statistics
import time
from unittest import mock

os.environ["KERAS_BACKEND"] = "jax"

from benchmarks.in_kvae import TASKS
from benchmarks.work import WORK
from kvae.backends.jax import compilation

NETWORKS = ("IWAE, batches of 20", "IWAE, batches of 100", "DCGAN", "residual")


def main() -> None:
    """Measure, and print a line for each kind of network."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--only", default="", metavar="TEXT", help="networks whose name contains this text")
    chosen = parser.parse_args()
    for name in NETWORKS:
        if chosen.only in name:
            ratios = measured(name, chosen.turns)
            print(f"{name}: ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})", flush=True)


def measured(name: str, turns: int) -> list[float]:
    """Return the time with these fusions, divided by the time without them, in each turn."""
    without, with_them = TASKS[name](WORK[name]), TASKS[name](WORK[name])
    without()  # the first run compiles the step
    with mock.patch.object(compilation, "compiler_options", return_value=None):
        with_them()
    pairs = [(seconds(without), seconds(with_them)) for _ in range(turns)]
    return [slow / fast for fast, slow in pairs]


def seconds(run) -> float:
    """Return the time of `run()`."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
