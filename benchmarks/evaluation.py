"""Seconds of `kvae evaluate` with its default metrics, for every bundled preset.

    python -m benchmarks.evaluation --data data
    python -m benchmarks.evaluation --data data --backend jax celeba/cond_vae celeba/csvae

Each evaluation is a new process, so that the time includes imports, the preparation of the data if they are not in the
cache yet, and compiling. A preset that cannot be evaluated, as one whose data set is missing, has no time. Its error is
printed.
"""

import argparse
import os
import subprocess
import sys
import time

from benchmarks.surroundings import described, surroundings
from kvae import weights
from kvae.cli.environment import BACKENDS


def main() -> None:
    """Evaluate each preset, and print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("presets", nargs="*", help="names of presets; by default all")
    parser.add_argument("--data", required=True, help="folder of the data sets")
    parser.add_argument("--backend", choices=BACKENDS, default="torch")
    chosen = parser.parse_args()
    environment = {**os.environ, "KVAE_DATA": chosen.data, "KERAS_BACKEND": chosen.backend}
    print(f"{described(surroundings())}\n\n| preset | {chosen.backend}, seconds |\n|---|---|")
    for name in chosen.presets or weights.names():
        began = time.monotonic()
        command = [sys.executable, "-m", "kvae", "evaluate", name, "--json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        print(f"| `{name}` | {f'{time.monotonic() - began:.0f}' if done.returncode == 0 else ''} |", flush=True)
        if done.returncode:
            print(done.stderr.strip(), file=sys.stderr)


if __name__ == "__main__":
    main()
