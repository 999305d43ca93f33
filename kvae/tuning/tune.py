"""Searches over the parameters of a recipe with KerasTuner. Trials are run directories and survive a kill."""

import contextlib
import io
import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import keras_tuner

from kvae import backends
from kvae.errors import UserError
from kvae.files import LOCK, locked, write_json
from kvae.recipes.recipe import Recipe
from kvae.tuning import trials
from kvae.tuning.hypermodel import RecipeHyperModel
from kvae.tuning.oracles import TUNERS
from kvae.tuning.search import Search
from kvae.tuning.tuner import RunTuner
from kvae.tuning.workers import supervise
from kvae.version import __version__

FAILURES = 5
"""Number of trials in a row that may fail."""
PATIENCE = 300.0
"""Seconds that a worker on another machine waits for the search to begin."""


def tune(
    recipe: str | Recipe,
    settings: Mapping[str, Any] | None = None,
    *,
    search: Search | None = None,
    out: str | os.PathLike | None = None,
    tuner: str = "bayesian",
    count: int = 20,
    seed: int = 0,
    workers: int = 1,
    precision: str = "float32",
    ended: Callable[[str], None] = lambda trial: None,
) -> Path:
    """Search the parameters of `recipe` in `count` trials and return the directory of the search (`kvae.tuning.trials`).

    A search that was interrupted is resumed: finished trials are kept, and an unfinished one is resumed after its last
    epoch. Several machines share a search if each sets KerasTuner's variables (KERASTUNER_TUNER_ID,
    KERASTUNER_ORACLE_IP, KERASTUNER_ORACLE_PORT), calls this function with the same arguments, and `out` is a directory
    that all of them can write.

    Args:
        recipe: a `Recipe`, its name or the path of its file.
        settings: {dotted name: value} of parameters that are fixed.
        search: ranges and objectives; by default those of the recipe.
        out: directory of the search; by default `runs/search/<recipe>`.
        tuner: one of `TUNERS`.
        count: number of trials, including finished ones.
        seed: seed of the proposals and of every trial.
        workers: number of processes that train the trials. If there are several, one more process, KerasTuner's chief,
            hands out the trials. A worker that dies is started again and resumes its trial.
        precision: type in which the networks compute during training, as for `kvae.zoo.train`. Trials are scored in float32.
        ended: function that is called with the name of each trial that ends.

    Raises:
        UserError: the recipe cannot be searched, `out` holds something else or is in use, or `FAILURES` trials failed in
            a row.
    """
    if tuner not in TUNERS:
        raise UserError(f"Expected a tuner among {', '.join(TUNERS)}. Received: tuner={tuner}.")
    role = _role()
    model = RecipeHyperModel(recipe, settings, search, seed, precision)
    folder = (Path(out) if out is not None else Path("runs/search") / model.recipe.folder).resolve()
    described = _described(model, tuner, count)
    if role == "worker":
        _await(folder / "search.json")
        _require_same(folder, described)
        join(folder, model, ended)
        return folder
    with locked(folder / LOCK):
        _begin(folder, described)
        if workers > 1:
            supervise(folder, model.recipe.name, workers, ended)
        else:
            join(folder, model, ended)
        trials.write_results(folder)
    return folder


def join(folder: Path, model: RecipeHyperModel, ended: Callable[[str], None] = lambda trial: None) -> None:
    """Run trials of the search in `folder` until none is left.

    The process runs alone, as KerasTuner's chief or as a worker, as KerasTuner's variables say.
    """
    described = trials.read_search(folder)
    count = described["trials"]
    seed = (described["seed"] + 1) % 2**32 or 1  # KerasTuner reads a seed of 0 as None
    options = {"objective": model.objective, "seed": seed, "max_consecutive_failed_trials": FAILURES}
    oracle = TUNERS[described["tuner"]](count, model.recipe.training(model.defaults).epochs, **options)
    with contextlib.redirect_stdout(io.StringIO()):  # KerasTuner prints that it reloads
        tuner = RunTuner(oracle, model, folder, ended)
    try:
        with backends.compilation_cache():
            tuner.search(verbose=0)
    except keras_tuner.errors.FatalError as error:
        raise (error.__cause__ or error) from None
    except Exception as error:  # a RuntimeError of KerasTuner, which reaches a worker as an error of gRPC
        if "consecutive failures" not in str(error):
            raise
        reasons = list(trials.failures(folder).values())
        last = reasons[-1] if reasons else "nothing"
        raise UserError(f"{FAILURES} trials failed in a row. The last one said: {last}") from None


def _described(model: RecipeHyperModel, tuner: str, count: int) -> dict:
    """Return the contents of search.json."""
    described = {
        "recipe": model.recipe.name,
        "settings": {name: value for name, value in model.defaults.items() if name in model.settings},
        "search": model.search.describe(),
        "tuner": tuner,
        "seed": model.seed,
        "precision": model.precision,
        "data": model.dataset.fingerprint,
        "backend": keras.backend.backend(),
        "trials": count,
        "kvae": __version__,
    }
    return json.loads(json.dumps(described))  # tuples are lists in a file


def _begin(folder: Path, described: dict) -> None:
    """Write search.json into a new directory, or into one that holds this search, whose number of trials may grow."""
    if (folder / "search.json").is_file():
        _require_same(folder, described)
    elif any(not path.name.startswith(".") for path in folder.iterdir()):
        raise UserError(f"Expected a new or empty folder. Received: out={folder}, which holds files.")
    write_json(folder / "search.json", described)


def _require_same(folder: Path, described: dict) -> None:
    former = {"precision": "float32", **trials.read_search(folder)}  # version 0.1.0 had no other
    differing = [key for key in described if key not in ("trials", "kvae") and former.get(key) != described[key]]
    if differing:
        raise UserError(
            f"Expected the search that {folder} holds. Received: a search whose search.json differs in {differing[0]}. "
            "Choose another folder (--out), or repeat the command that began the search there."
        )


def _await(file: Path) -> None:
    """Wait until the chief has written `file`."""
    until = time.monotonic() + PATIENCE
    while not file.is_file():
        if time.monotonic() > until:
            raise UserError(f"No chief began the search within {PATIENCE:.0f} s: {file} is missing. Start the chief.")
        time.sleep(0.5)


def _role() -> str:
    """Return the role that KerasTuner's variables give this process: "alone", "chief" or "worker"."""
    names = ("KERASTUNER_TUNER_ID", "KERASTUNER_ORACLE_IP", "KERASTUNER_ORACLE_PORT")
    missing = [name for name in names if name not in os.environ]
    if len(missing) == len(names):
        return "alone"
    if missing:
        raise UserError(
            f"Expected {', '.join(names)} together. Received: no {missing[0]}. Set it, or unset the others."
        )
    return "chief" if "chief" in os.environ["KERASTUNER_TUNER_ID"] else "worker"
