"""The command `python -m tests.torture` (`make torture`), which attacks every writer on every backend."""

import argparse
import importlib
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BACKENDS = ("tensorflow", "jax", "torch")


def main() -> None:
    """Attack all targets on all backends, and print a table."""
    chosen = _arguments()
    if chosen.one is None:
        sys.exit(_all(chosen))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from tests.torture.campaign import Campaign
    from tests.torture.targets import TARGETS

    for module in TARGETS[chosen.one].imports:
        importlib.import_module(module)
    with tempfile.TemporaryDirectory() as place:
        os.environ |= {"XDG_STATE_HOME": f"{place}/state", "KVAE_CACHE": f"{place}/cache"}
        os.environ |= {"JAX_COMPILATION_CACHE_DIR": f"{place}/jax", "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
        campaign = Campaign(TARGETS[chosen.one], Path(place), random.Random(chosen.seed), chosen.attacks)
        row = campaign.run(time.monotonic() + 60 * chosen.minutes)
    print(row.text(os.environ["KERAS_BACKEND"]))
    for sentence in row.faults:
        print(f"  {sentence}", file=sys.stderr)
    sys.exit(bool(row.faults))


def _all(chosen) -> int:
    """Run each target on each backend in a process of its own. Return 1 if an attack succeeded, otherwise 0."""
    from tests.torture.campaign import HEADER
    from tests.torture.targets import TARGETS

    names = [name for name in TARGETS if chosen.only in name]
    rows = [(name, backend) for name in names for backend in chosen.backends.split(",")]
    options = ["--seed", chosen.seed, "--attacks", chosen.attacks, "--minutes", chosen.minutes / len(rows)]
    print(HEADER, flush=True)
    succeeded = 0
    for name, backend in rows:
        command = [sys.executable, "-m", "tests.torture", "--one", name, *map(str, options)]
        code = subprocess.run(command, env={**os.environ, "KERAS_BACKEND": backend}).returncode
        succeeded |= code != 0
    return int(succeeded)


def _arguments():
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--minutes", type=float, default=240, help="time for all targets together (240)")
    parser.add_argument("--attacks", type=int, default=1000, help="most attacks of each kind on a target (1000)")
    parser.add_argument("--backends", default=",".join(BACKENDS), help="backends, separated by commas")
    parser.add_argument("--only", default="", metavar="TEXT", help="attack the targets whose names hold TEXT")
    parser.add_argument("--seed", type=int, default=0, help="seed of the moments (0)")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
