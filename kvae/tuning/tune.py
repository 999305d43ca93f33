"""Searching a recipe's settings with KerasTuner, whose trials are run directories and survive a kill."""

import contextlib
import io
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import filelock
import keras
import keras_tuner

from kvae import backends
from kvae.errors import UserError
from kvae.files import read_json, write_json
from kvae.tuning import trials
from kvae.tuning.hypermodel import RecipeModel
from kvae.tuning.oracles import TUNERS
from kvae.tuning.search import Search
from kvae.tuning.tuner import RunTuner
from kvae.tuning.workers import REFUSED, supervise
from kvae.version import __version__

FAILURES = 5
"""Trials that may fail in a row."""
PATIENCE = 300.0
"""Seconds that a worker on another machine waits for the search to begin."""


def tune(
    recipe: str,
    settings: Mapping[str, Any] | None = None,
    *,
    search: Search | None = None,
    out: str | os.PathLike | None = None,
    tuner: str = "bayesian",
    count: int = 20,
    seed: int = 0,
    workers: int = 1,
    ended: Callable[[str], None] = lambda trial: None,
) -> Path:
    """Searches the settings of `recipe` in `count` trials and returns the folder of the search (`kvae.tuning.trials`).

    By default `out` is `runs/search/<recipe>`. Where it holds this very search, the search goes on: trials that are done
    stay, an unfinished one goes on from its last epoch. `settings` are fixed; `search` replaces what the recipe
    declares. `ended` is called with the name of each trial that ends. With `workers` above 1 that many processes share
    the trials, by KerasTuner's chief; a worker that dies is started again and goes on with its trial. Processes on
    several machines share a search when each has KerasTuner's variables (KERASTUNER_TUNER_ID, KERASTUNER_ORACLE_IP,
    KERASTUNER_ORACLE_PORT), gives the same arguments, and `out` is a folder of all. Raises `UserError` for what cannot be
    searched, for a folder that holds something else and for one that is in use.
    """
    if tuner not in TUNERS:
        raise UserError(f"Expected a tuner among {', '.join(TUNERS)}. Received: tuner={tuner}.")
    role = _role()
    model = RecipeModel(recipe, settings, search, seed)
    folder = (Path(out) if out is not None else Path("runs/search") / model.recipe.folder).resolve()
    described = {
        "recipe": model.recipe.name,
        "settings": {name: value for name, value in model.defaults.items() if name in model.settings},
        "search": model.search.describe(),
        "tuner": tuner,
        "seed": seed,
        "data": model.dataset.fingerprint,
        "backend": keras.backend.backend(),
        "trials": count,
        "kvae": __version__,
    }
    described = json.loads(json.dumps(described))  # tuples are lists in a file
    if role == "worker":
        _await(folder / "search.json")
        _check_same(folder, described)
        join(folder, ended, model)
        return folder
    with _alone(folder):
        _begin(folder, described)
        if workers > 1:
            supervise(folder, workers, ended)
        else:
            join(folder, ended, model)
        trials.conclude(folder)
    return folder


def join(
    folder: str | os.PathLike,
    ended: Callable[[str], None] = lambda trial: None,
    model: RecipeModel | None = None,
) -> None:
    """Takes part in the search that `folder` describes, until no trial is left: alone, as its chief or as a worker."""
    folder = Path(folder)
    described = read_json(folder / "search.json")
    search, count = Search.from_description(described["search"]), described["trials"]
    model = model or RecipeModel(described["recipe"], described["settings"], search, described["seed"])
    seed = (described["seed"] + 1) % 2**32 or 1  # KerasTuner takes a seed of 0 for none
    options = {"objective": model.objective, "seed": seed, "max_consecutive_failed_trials": FAILURES}
    oracle = TUNERS[described["tuner"]](count, model.recipe.training(model.defaults).epochs, **options)
    with contextlib.redirect_stdout(io.StringIO()):  # KerasTuner says that it reloads
        tuner = RunTuner(oracle, model, folder, ended)
    try:
        with backends.compilation_cache():
            tuner.search(verbose=0)
    except keras_tuner.errors.FatalError as error:
        raise (error.__cause__ or error) from None
    except Exception as error:  # KerasTuner's RuntimeError, which comes to a worker as one of gRPC
        if "consecutive failures" not in str(error):
            raise
        reasons = trials.failures(folder).values()
        last = list(reasons)[-1] if reasons else "no reason"
        raise UserError(
            f"Expected trials that train. Received: {FAILURES} that failed in a row, the last one with: {last}"
        ) from None


def _begin(folder: Path, described: dict) -> None:
    """Writes search.json, or finds this search in it; the number of trials may grow."""
    if (folder / "search.json").is_file():
        _check_same(folder, described)
    elif any(not path.name.startswith(".") for path in folder.iterdir()):
        raise UserError(f"Expected a new or empty folder. Received: out={folder}, which holds files.")
    write_json(folder / "search.json", described)


def _check_same(folder: Path, described: dict) -> None:
    former = read_json(folder / "search.json")
    differing = [key for key in described if key not in ("trials", "kvae") and former.get(key) != described[key]]
    if differing:
        raise UserError(
            f"Expected the search that {folder} holds. Received: another {differing[0]}. "
            "Choose another folder (--out), or repeat the command that began it."
        )


def _await(file: Path) -> None:
    """Waits until the chief has written `file`."""
    until = time.monotonic() + PATIENCE
    while not file.is_file():
        if time.monotonic() > until:
            raise UserError(
                f"Expected a chief that begins the search. Received: none in {PATIENCE:.0f} s; {file} is missing."
            )
        time.sleep(0.5)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Holds the folder for this search; the system lets it go when the process dies."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(folder / ".lock", timeout=0):
            yield
    except filelock.Timeout:
        raise UserError(
            f"Expected a folder that no other search is using. Received: out={folder}. Wait for it, or choose another."
        ) from None


def _role() -> str:
    """What KerasTuner's variables make of this process: "alone", "chief" or "worker"."""
    names = ("KERASTUNER_TUNER_ID", "KERASTUNER_ORACLE_IP", "KERASTUNER_ORACLE_PORT")
    missing = [name for name in names if name not in os.environ]
    if len(missing) == len(names):
        return "alone"
    if missing:
        raise UserError(
            f"Expected {', '.join(names)} together. Received: no {missing[0]}. Set it, or unset the others."
        )
    return "chief" if "chief" in os.environ["KERASTUNER_TUNER_ID"] else "worker"


def _main(folder: str) -> None:
    """One process of a search on this machine."""

    def leave_with_parent():
        os.read(0, 1)  # ends when the parent does; sys.stdin has a lock, for which an exit would wait
        os._exit(1)

    threading.Thread(target=leave_with_parent, daemon=True).start()
    try:
        join(folder)
    except (UserError, OSError) as error:
        print(error, file=sys.stderr)
        sys.exit(REFUSED)
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "grpc":
            raise
        print("The chief ended.", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    _main(sys.argv[1])
