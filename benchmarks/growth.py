"""Growth of memory and of the number of threads over repeated calls.

    python -m benchmarks.growth                                    # all installed backends, in about half an hour
    python -m benchmarks.growth --backend jax --only fit,sample    # two kinds of calls, in this process

The model is a small dense VAE. Calls that begin with "Keras" do the same with a VAE that is written in plain Keras:

* `fit` and `evaluate` take two batches, `metrics` computes the quick metrics of two batches, and `sample` draws 64 images.
* `new model` builds and compiles a model, trains it on one batch, and drops it.

The growth is the slope of a line through readings of the resident memory, by least squares. A reading follows each tenth
call. Before it garbage is collected, and free memory is returned to the system. The first 20 calls are not measured, nor
those of the first two seconds: functions are compiled in this time, and on PyTorch they are recorded. Without `--backend`,
each kind of call runs in a process of its own. Linux with the GNU C library is needed.
"""

import argparse
import ctypes
import gc
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from benchmarks.contenders import BACKENDS

BATCH, PIXELS = 32, 16
KINDS = ("fit", "evaluate", "metrics", "sample", "new model", "Keras fit", "Keras evaluate", "Keras new model")
WARM_UP = 2.0
"""Fewest seconds before the first reading."""


def calls_of(kind: str) -> Callable[[], object]:
    """Return a function that makes one call of a kind."""
    import keras

    from benchmarks.in_keras import PlainVAE, networks
    from kvae import evaluation
    from kvae.models import VAE
    from kvae.training import Batches

    def new():
        nets = networks(PIXELS, units=8, latent=4)
        model = PlainVAE(*nets) if kind.startswith("Keras") else VAE(*nets)
        model.compile(keras.optimizers.Adam(1e-3))
        return model

    x = np.random.default_rng(0).random((2 * BATCH, PIXELS), "float32")
    if kind.endswith("new model"):
        return lambda: new().fit(x[:BATCH], batch_size=BATCH, verbose=0)
    model = new()
    calls = {
        "fit": lambda: model.fit(x, batch_size=BATCH, verbose=0),
        "evaluate": lambda: model.evaluate(x, batch_size=BATCH, verbose=0),
        "metrics": lambda: evaluation.evaluate(model, Batches(x, batch_size=BATCH), quick=True),
        "sample": lambda: model.sample(2 * BATCH),
    }
    return calls[kind.removeprefix("Keras ")]


def measure(call: Callable[[], object], calls: int, skipped: int, every: int, warm_up: float = WARM_UP) -> dict:
    """Return the growth in kB per call, and the number of threads before and after the measured calls.

    Args:
        call: the function that is called.
        calls: number of calls, with the first `skipped`, which are not measured.
        skipped: number of calls before the first reading. There are more if they take less than `warm_up` seconds.
        every: number of calls between two readings.
        warm_up: fewest seconds before the first reading.
    """
    began, made = time.monotonic(), 0
    while made < skipped or time.monotonic() < began + warm_up:
        call()
        made += 1
    gc.collect()
    gc.freeze()  # a search for garbage takes half a second if it visits all objects of the libraries
    readings, before = [(0, resident_kb())], threads()
    for made in range(1, calls - skipped + 1):
        call()
        if made % every == 0:
            readings.append((made, resident_kb()))
    after = threads()
    gc.unfreeze()
    return {"kb_per_call": np.polyfit(*zip(*readings, strict=True), 1)[0], "threads": (before, after)}


def resident_kb() -> float:
    """Return the resident memory of this process in kB, without garbage and free memory."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/statm") as sizes:
        return int(sizes.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1000


def threads() -> int:
    """Return the number of threads of this process, those of C++ included. Threads get half a second to end."""
    counts = []
    for _ in range(5):
        time.sleep(0.1)
        counts.append(len(os.listdir("/proc/self/task")))
    return min(counts)


def in_processes(kinds: list[str], options: list[str]) -> list[dict]:
    """Return the rows of all installed backends. Each kind of call runs in a process of its own."""
    rows = []
    for backend in filter(importlib.util.find_spec, BACKENDS):
        for kind in kinds:
            command = [sys.executable, "-m", "benchmarks.growth", "--backend", backend, "--only", kind, "--json"]
            out = subprocess.run([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
            rows += json.loads(out.stdout)
            print(rows[-1], file=sys.stderr, flush=True)
    return rows


def main() -> None:
    """Measure the chosen kinds of calls, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--backend", choices=BACKENDS, help="Backend to measure. Without it, all installed ones.")
    parser.add_argument("--only", default=",".join(KINDS), help="Kinds of calls, with commas.")
    parser.add_argument("--calls", type=int, default=300, help="Number of calls.")
    parser.add_argument("--skipped", type=int, default=20, help="Number of calls before the first reading.")
    parser.add_argument("--every", type=int, default=10, help="Number of calls between two readings.")
    parser.add_argument("--json", action="store_true", help="Print JSON instead of a table.")
    chosen = parser.parse_args()
    kinds, numbers = chosen.only.split(","), (chosen.calls, chosen.skipped, chosen.every)
    if chosen.backend:
        os.environ["KERAS_BACKEND"] = chosen.backend
        rows = [{"backend": chosen.backend, "call": kind} | measure(calls_of(kind), *numbers) for kind in kinds]
    else:
        names = ("--calls", "--skipped", "--every")
        rows = in_processes(kinds, [str(part) for pair in zip(names, numbers, strict=True) for part in pair])
    if chosen.json:
        print(json.dumps(rows))
        return
    print(f"{'backend':12}{'call':18}{'kB a call':>10}{'threads before':>16}{'after':>7}")
    for row in rows:
        before, after = row["threads"]
        print(f"{row['backend']:12}{row['call']:18}{row['kb_per_call']:10.1f}{before:16}{after:7}")


if __name__ == "__main__":
    main()
