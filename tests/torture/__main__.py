"""The command `python -m tests.torture` (`make torture`), which attacks every writer on every backend."""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.torture.campaign import HEADER, Campaign
from tests.torture.targets import TARGETS

BACKENDS = ("tensorflow", "jax", "torch")


def main() -> None:
    """Attack all targets on all backends, and print a table."""
    chosen = _arguments()
    sys.exit(_attack(chosen) if chosen.here else _attack_everywhere(chosen))


def _attack(chosen) -> int:
    """Attack the targets on the present backend, and print their rows. Return 1 if an attack succeeded, otherwise 0."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    names, faults = _names(chosen), []
    with tempfile.TemporaryDirectory() as place:
        os.environ |= {"XDG_STATE_HOME": f"{place}/state", "KVAE_CACHE": f"{place}/cache"}
        # Workers of a search run the recipe, which imports `tests`.
        os.environ["PYTHONPATH"] = os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")])
        os.environ |= {"JAX_COMPILATION_CACHE_DIR": f"{place}/jax", "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
        until = time.monotonic() + 60 * chosen.minutes
        for number, name in enumerate(names):
            folder = Path(place) / str(number)
            campaign = Campaign(TARGETS[name], folder, random.Random(f"{chosen.seed} {name}"), chosen.attacks)
            row = campaign.run((until - time.monotonic()) / (len(names) - number))
            print(row.text(os.environ["KERAS_BACKEND"]), flush=True)
            faults += row.faults
    for sentence in faults:
        print(sentence, file=sys.stderr, flush=True)
    return int(bool(faults))


def _attack_everywhere(chosen) -> int:
    """Attack on each backend in a process of its own. Return 1 if an attack succeeded, otherwise 0."""
    print(HEADER, flush=True)
    backends, succeeded = chosen.backends.split(","), 0
    minutes = ["--minutes", str(chosen.minutes / len(backends))]
    for backend in backends:
        command = [sys.executable, "-m", "tests.torture", *sys.argv[1:], *minutes, "--here"]
        succeeded |= subprocess.run(command, env={**os.environ, "KERAS_BACKEND": backend}).returncode
    return succeeded


def _names(chosen) -> list[str]:
    return [name for name in TARGETS if any(text in name for text in chosen.only.split(","))]


def _arguments():
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--minutes", type=float, default=240, help="time for all targets together (240)")
    parser.add_argument("--attacks", type=int, default=1000, help="most attacks of each kind on a target (1000)")
    parser.add_argument("--backends", default=",".join(BACKENDS), help="backends, separated by commas")
    parser.add_argument(
        "--only", default="", metavar="TEXT,…", help="attack the targets whose names hold one of the texts"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the moments (0)")
    parser.add_argument("--here", action="store_true", help="attack on the backend of KERAS_BACKEND only")
    return parser.parse_args()


if __name__ == "__main__":
    main()
