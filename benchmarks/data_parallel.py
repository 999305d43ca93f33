"""Images per second of `kvae train` on two devices and in two processes of one machine, compared with one process.

    python -m benchmarks.data_parallel                       # JAX and TensorFlow, digits and faces
    python -m benchmarks.data_parallel --backends jax --recipes mnist/vae --turns 3 --json

Each measurement is a real command, `kvae train RECIPE … --set epochs=3`, with data under KVAE_DATA. Its speed is that of the
second epoch, with its validation: the first one compiles, and the last one is followed by images. The ways of training are
measured in turns (ABCD ABCD …), so that other load of the machine affects all of them alike. A ratio is the median of the
ratios to one process with one thread within a turn. On two cores 2 is ideal.
"""

import argparse
import importlib.util
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks.surroundings import ONE_THREAD, described, surroundings


class Way(NamedTuple):
    """A way to train: the number of processes, of devices of each process and of threads (0 for all cores)."""

    processes: int = 1
    devices: int = 1
    threads: int = 0

    def __str__(self):
        threads = {0: "all threads", 1: "one thread"}[self.threads]
        processes = f"{self.processes} processes" if self.processes > 1 else "one process"
        devices = f", {self.devices} devices" if self.devices > 1 else ""
        return f"{processes}{devices}, {threads}{' each' if self.processes > 1 else ''}"


ONE = Way(threads=1)
WAYS = {
    "jax": (ONE, Way(), Way(devices=2), Way(processes=2, threads=1)),
    "tensorflow": (ONE, Way(), Way(devices=2)),
}
"""On TensorFlow, several processes cannot train together (docs/scaling.md)."""

RECIPES = {"mnist/vae": (100, 20_000), "celeba/vae": (64, 640)}
"""{recipe: (batch size, number of training images)}"""


def main() -> None:
    """Measure the ways in turns, and print the table."""
    chosen = _arguments()
    about, rows = surroundings(), []
    for recipe in chosen.recipes.split(","):
        for backend in filter(importlib.util.find_spec, chosen.backends.split(",")):
            print(f"{recipe} on {backend} …", file=sys.stderr, flush=True)
            rows += measured(recipe, backend, chosen.turns)
    print(json.dumps({"about": about, "rows": rows}, indent=1) if chosen.json else table(about, rows))


def measured(recipe: str, backend: str, turns: int) -> list[dict]:
    """Return a row for each way to train `recipe`."""
    speeds = {way: [] for way in WAYS[backend]}
    for _ in range(turns):
        for way, found in speeds.items():
            found.append(images_per_second(recipe, backend, way))
            print(f"  {way}: {found[-1]:,.0f} images per second", file=sys.stderr, flush=True)
    return [_row(recipe, backend, way, found, speeds[ONE]) for way, found in speeds.items()]


def _row(recipe: str, backend: str, way: Way, speeds: list[float], alone: list[float]) -> dict:
    ratios = [speed / one for speed, one in zip(speeds, alone, strict=True)]
    return {
        "recipe": recipe,
        "backend": backend,
        "way": str(way),
        "per_second": round(statistics.median(speeds), 1),
        "ratio": round(statistics.median(ratios), 2),
        "ratio_low": round(min(ratios), 2),
        "ratio_high": round(max(ratios), 2),
    }


def images_per_second(recipe: str, backend: str, way: Way) -> float:
    """Return the training images per second of the second epoch of `kvae train`."""
    batch, images = RECIPES[recipe]
    settings = {"epochs": 3, "batch_size": batch, "data.limit": images}
    command = [sys.executable, "-m", "kvae", "train", recipe, "--backend", backend, "--devices", str(way.devices)]
    command += [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    environment = {**os.environ, **(ONE_THREAD if way.threads else {})}
    with tempfile.TemporaryDirectory() as folder:
        command += ["--out", str(Path(folder) / "run")]
        if way.processes > 1:
            command += ["--cluster", _address(), "--processes", str(way.processes)]
        numbers = [["--process", str(i)] if way.processes > 1 else [] for i in range(way.processes)]
        pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
        processes = [subprocess.Popen(command + number, env=environment, **pipes) for number in numbers]
        outputs = [process.communicate()[1] for process in processes]
    found = re.search(r"epoch 2/3\s+([\d.]+) s", outputs[0])
    if any(process.returncode for process in processes) or not found:
        sys.exit(f"{' '.join(command)} failed:\n{outputs[-1][-2000:]}")
    return images / float(found[1])


def _address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def table(about: dict, rows: list[dict]) -> str:
    """Return the rows as a table in Markdown."""
    lines = [described(about), "", "| recipe | backend | trained in | images per second | ratio | lowest to highest |"]
    lines += ["|---" * 6 + "|"]
    for row in rows:
        cells = [row["recipe"], row["backend"], row["way"], f"{row['per_second']:,.0f}", f"{row['ratio']:.2f}"]
        lines.append("| " + " | ".join([*cells, f"{row['ratio_low']:.2f} to {row['ratio_high']:.2f}"]) + " |")
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.data_parallel", description=__doc__.split("\n")[0])
    parser.add_argument("--turns", type=int, default=5, help="measurements of each way (5)")
    parser.add_argument("--recipes", default=",".join(RECIPES), help="recipes, separated by commas")
    parser.add_argument("--backends", default=",".join(WAYS), help="backends, separated by commas")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser.parse_args()


if __name__ == "__main__":
    main()
