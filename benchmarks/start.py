"""Time of a first sample from a bundled preset, next to a program written by hand.

    python benchmarks/start.py                                # all installed backends, five turns
    python benchmarks/start.py --backend torch --turns 3

The program by hand imports Keras, builds a network of the same size as the decoder of digits/vae, and computes one image.
The two start in turns, each as a new process. The table shows medians: seconds by the clock, seconds of processor time, and
the ratio of the processor times within a turn, on which other work on the machine has the smallest effect. `kvae list`
imports no Keras, so that its time is that of the command line itself.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kvae.cli.environment import BACKENDS

BY_HAND = """
import keras, numpy
from keras.layers import Dense
decoder = keras.Sequential([keras.Input((8,)), Dense(128, "relu"), Dense(256, "relu"), Dense(17 * 64)])
print(keras.ops.convert_to_numpy(decoder(numpy.zeros((1, 8), "float32"))).shape)
"""


def main() -> None:
    """Measure each backend, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--backend", action="append", choices=BACKENDS)
    parser.add_argument("--turns", type=int, default=5)
    chosen = parser.parse_args()
    print(f"{'backend':12}{'program':16}{'seconds':>9}{'processor':>11}{'ratio':>7}")
    for backend in chosen.backend or BACKENDS:
        with tempfile.TemporaryDirectory() as folder:
            report(backend, programs(Path(folder)), chosen.turns)


def programs(folder: Path) -> dict[str, list[str]]:
    """Return the arguments of Python for each program. Samples are written into `folder`."""
    sample = ["-m", "kvae", "sample", "digits/vae", "-n", "1", "--out", str(folder / "sample.png")]
    return {"by hand": ["-c", BY_HAND], "kvae sample": sample, "kvae list": ["-m", "kvae", "list"]}


def report(backend: str, started: dict[str, list[str]], turns: int) -> None:
    """Start each program once, and then `turns` times in turns. Print the medians."""
    for arguments in started.values():  # the first start reads files from the disk, and fills JAX's cache
        seconds(backend, arguments)
    times = {name: [] for name in started}
    for _ in range(turns):
        for name, arguments in started.items():
            times[name].append(seconds(backend, arguments))
    for name, measured in times.items():
        clock, processor = (statistics.median(column) for column in zip(*measured, strict=True))
        ratio = statistics.median(ours[1] / peer[1] for ours, peer in zip(measured, times["by hand"], strict=True))
        print(f"{backend:12}{name:16}{clock:9.2f}{processor:11.2f}{ratio:7.2f}", flush=True)


def seconds(backend: str, arguments: list[str]) -> tuple[float, float]:
    """Return the seconds of a new process by the clock, and its seconds of processor time."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    environment = {**os.environ, "KERAS_BACKEND": backend}
    subprocess.run([sys.executable, *arguments], env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic() - began, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
