"""Searching a recipe's settings with KerasTuner, whose trials are run directories and survive a kill."""

import contextlib
import io
import json
import logging
import math
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import filelock
import keras
import keras_tuner
import numpy as np
from keras_tuner import oracles

from kvae.errors import UserError
from kvae.files import read_json, write_json
from kvae.runs import Run
from kvae.training.callbacks import NonFiniteLoss
from kvae.version import __version__
from kvae.zoo import trials
from kvae.zoo.fit import Session
from kvae.zoo.hypermodel import RecipeModel
from kvae.zoo.search import Search

STARTUP = 5
"""Trials that must have got as far before one is called hopeless."""
FAILURES = 5
"""Trials that may fail in a row."""
RESTARTS = 3
"""How often a worker that died is started again."""

logger = logging.getLogger(__name__)


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
    """Searches the settings of `recipe` in `count` trials and returns the folder of the search (`kvae.zoo.trials`).

    By default `out` is `runs/search/<recipe>`. Where it holds this very search, the search goes on: trials that are done
    stay, an unfinished one goes on from its last epoch. `settings` are fixed; `search` replaces what the recipe
    declares. `ended` is called with the name of each trial that ends. With `workers` above 1 that many processes share
    the trials, by KerasTuner's chief; a worker that dies is started again and goes on with its trial. Processes on
    several machines share a search when each has KerasTuner's variables (KERASTUNER_TUNER_ID, KERASTUNER_ORACLE_IP,
    KERASTUNER_ORACLE_PORT) and `out` is a folder of all. Raises `UserError` for what cannot be searched, for a folder
    that holds something else and for one that is in use.
    """
    if tuner not in TUNERS:
        raise UserError(f"Expected a tuner among {', '.join(TUNERS)}. Received: tuner={tuner}.")
    model = RecipeModel(recipe, settings, search, seed)
    name = Path(model.recipe.name)
    folder = Path(out) if out is not None else Path("runs/search") / (name.stem if name.suffix == ".py" else name)
    folder = folder.resolve()
    described = {
        "recipe": model.recipe.name,
        "settings": {name: value for name, value in model.defaults.items() if name in model.settings},
        "search": model.search.describe(),
        "tuner": tuner,
        "seed": seed,
        "backend": keras.backend.backend(),
        "trials": count,
        "kvae": __version__,
    }
    if _role() == "worker":
        join(folder, ended)
        return folder
    with _alone(folder):
        _begin(folder, described)
        if workers > 1:
            _supervise(folder, workers, ended)
        else:
            join(folder, ended)
        trials.conclude(folder)
    return folder


def join(folder: str | os.PathLike, ended: Callable[[str], None] = lambda trial: None) -> None:
    """Takes part in the search that `folder` describes, until no trial is left: alone, as its chief or as a worker."""
    folder = Path(folder)
    described = read_json(folder / "search.json")
    model = RecipeModel(
        described["recipe"], described["settings"], Search.from_description(described["search"]), described["seed"]
    )
    # KerasTuner takes a seed of 0 for none.
    options = {"objective": model.objective, "seed": described["seed"] + 1, "max_consecutive_failed_trials": FAILURES}
    if described["tuner"] == "hyperband":
        oracle = Hyperband(max_epochs=model.recipe.training(model.defaults).epochs, **options)
        oracle.max_trials = described["trials"]
    else:
        oracle = TUNERS[described["tuner"]](max_trials=described["trials"], **options)
    with contextlib.redirect_stdout(io.StringIO()):  # KerasTuner says that it reloads
        tuner = Trials(oracle, model, folder, ended)
    try:
        tuner.search(verbose=0)
    except keras_tuner.errors.FatalError as error:
        raise (error.__cause__ or error) from None
    except RuntimeError as error:
        if "consecutive" not in str(error):
            raise
        failed = [trial.message or "" for trial in oracle.trials.values() if trial.status == "FAILED"]
        last = failed[-1].strip().splitlines()[-1] if failed and failed[-1].strip() else "no reason"
        raise UserError(
            f"Expected trials that train. Received: {FAILURES} that failed in a row, the last one with: {last}"
        ) from None


# ------------------------------------------------------------------ what survives a kill


class Durable:
    """An oracle whose files appear whole, and which after a kill neither loses nor repeats a trial.

    KerasTuner writes a trial's file before the oracle's. A trial that began in between is forgotten, since the same one
    comes again; one that ended in between is asked for again, and answered from its score.json.
    """

    def save(self):
        write_json(Path(self._get_oracle_fname()), self.get_state())

    def _save_trial(self, trial):
        write_json(Path(self._get_trial_dir(trial.trial_id)) / "trial.json", trial.get_state())

    def reload(self):
        known = set(read_json(Path(self._get_oracle_fname()))["start_order"])
        for file in Path(self._project_dir).glob("trial_*/trial.json"):
            if file.parent.name.removeprefix("trial_") not in known:
                file.unlink()
        super().reload()


class RandomSearch(Durable, oracles.RandomSearchOracle):
    pass


class Bayesian(Durable, oracles.BayesianOptimizationOracle):
    pass


class Hyperband(Durable, oracles.HyperbandOracle):
    pass


TUNERS = {"random": RandomSearch, "bayesian": Bayesian, "hyperband": Hyperband}


class Trials(keras_tuner.Tuner):
    """A tuner whose trials are run directories: an unfinished one goes on from its last epoch."""

    def __init__(
        self, oracle, hypermodel: RecipeModel, folder: Path, ended: Callable[[str], None] = lambda trial: None
    ):
        self.folder, self.ended = folder, ended
        super().__init__(oracle=oracle, hypermodel=hypermodel, directory=str(folder.parent), project_name=folder.name)

    # The tuner has no state beside its oracle's, which a worker leaves to the chief.

    def _get_tuner_fname(self):
        return str(self.folder / "oracle.json")

    def save(self):
        if not self._is_worker():
            self.oracle.save()

    def reload(self):
        if not self._is_worker():
            self.oracle.reload()

    def run_trial(self, trial, *args, **kwargs):
        place = self.folder / f"trial_{trial.trial_id}"
        done = place / "score.json"
        if not done.is_file():
            try:
                figures = self._train(trial, place / "run")
            except NonFiniteLoss as error:
                raise keras_tuner.errors.FailedTrialError(str(error)) from error
            except (OSError, UserError) as error:  # a full disk, data that are gone: of no use to try the next
                raise keras_tuner.errors.FatalError(str(error)) from error
            write_json(done, figures)
        figures = read_json(done)
        return {name: value for name, value in figures.items() if isinstance(value, int | float)}

    def _train(self, trial, folder: Path) -> dict:
        hypermodel, hp, began = self.hypermodel, trial.hyperparameters, time.monotonic()
        values = hypermodel.values(hp)
        if "tuner/epochs" in hp.values:  # Hyperband's
            values["epochs"] = hp.values["tuner/epochs"]
            if "tuner/trial_id" in hp.values and not (folder / "config.json").is_file():
                trials.copy(self.folder / f"trial_{hp.values['tuner/trial_id']}" / "run", folder)
        keras.backend.clear_session()
        session = Session(hypermodel.recipe, values, hypermodel.seed, dataset=hypermodel.dataset)
        if not (folder / "config.json").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            Run.create(folder, session.config())
        run = Run(folder)
        write_json(folder / "config.json", session.config())
        stop = Hopeless(self.folder, trial.trial_id, hypermodel.search.monitor)
        session.fit(run, session.restore(run), [stop] if hypermodel.search.monitor else [], progress=False)
        figures = hypermodel.judge(session.model, session.training)
        epochs = len(run.history()["epoch"])
        return {
            **figures,
            "epochs": epochs,
            "stopped": bool(epochs < session.training.epochs),
            "seconds": time.monotonic() - began,
            "parameters": hypermodel.chosen(hp),
        }

    def on_trial_end(self, trial):
        super().on_trial_end(trial)
        self.ended(trial.trial_id)


class Hopeless(keras.callbacks.Callback):
    """Stops a trial whose best value by an epoch is below the median of what others had on average by then.

    The median stopping rule of Golovin et al. 2017, section 3.2.2, from the run directories of the trials that are done.
    """

    def __init__(self, folder: Path, trial: str, monitor: str | None):
        super().__init__()
        self.folder, self.trial, self.monitor = folder, trial, monitor

    def on_train_begin(self, logs=None):
        self.best = -math.inf
        columns = [Run(file.parent / "run").history().get(self.monitor) for file in self._others()]
        self.others = [np.cumsum(c) / np.arange(1, len(c) + 1) for c in columns if c is not None]

    def _others(self) -> Iterator[Path]:
        return (file for file in self.folder.glob("trial_*/score.json") if file.parent.name != f"trial_{self.trial}")

    def on_epoch_end(self, epoch, logs=None):
        if self.monitor not in (logs or {}):
            return
        self.best = max(self.best, float(logs[self.monitor]))
        averages = [mean[epoch] for mean in self.others if len(mean) > epoch]
        if len(averages) >= STARTUP and self.best < np.median(averages):
            self.model.stop_training = True


# ------------------------------------------------------------------ folders and processes


def _begin(folder: Path, described: dict) -> None:
    """Writes search.json, or finds this search in it; the number of trials may grow."""
    file, described = folder / "search.json", json.loads(json.dumps(described))  # tuples are lists in a file
    if file.is_file():
        former = read_json(file)
        differing = [key for key in described if key not in ("trials", "kvae") and former.get(key) != described[key]]
        if differing:
            raise UserError(
                f"Expected the search that {folder} holds. Received: another {differing[0]}. "
                "Choose another folder (--out), or repeat the command that began it."
            )
    elif any(path.name != ".lock" for path in folder.iterdir()):
        raise UserError(f"Expected a new or empty folder. Received: out={folder}, which holds files.")
    write_json(file, described)


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
    if "KERASTUNER_ORACLE_IP" not in os.environ:
        return "alone"
    return "chief" if "chief" in os.environ.get("KERASTUNER_TUNER_ID", "") else "worker"


def _supervise(folder: Path, workers: int, ended: Callable[[str], None]) -> None:
    """A chief and `workers` as processes of this machine, until no trial is left."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    threads = str(max(1, (os.cpu_count() or 1) // workers))
    common = {"KERASTUNER_ORACLE_IP": "127.0.0.1", "KERASTUNER_ORACLE_PORT": str(port)}
    common |= {name: os.environ.get(name, threads) for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")}
    common["KERAS_BACKEND"] = keras.backend.backend()

    def start(name: str) -> subprocess.Popen:
        environment = {**os.environ, **common, "KERASTUNER_TUNER_ID": name}
        with open(folder / f"{name}.log", "ab") as log:
            command = [sys.executable, "-m", "kvae.zoo.tune", str(folder)]
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    seen = {trial.name for trial in trials.read(folder)}
    processes = {name: start(name) for name in ("chief", *(f"worker-{i}" for i in range(workers)))}
    starts = dict.fromkeys(processes, 0)
    try:
        while len(processes) > 1:
            time.sleep(0.5)
            for trial in trials.read(folder):
                if trial.name not in seen:
                    seen.add(trial.name)
                    ended(trial.name)
            for name, process in list(processes.items()):
                code = process.poll()
                if code is None:
                    continue
                del processes[name]
                if code != 0 and starts[name] < RESTARTS:
                    starts[name] += 1
                    logger.warning("%s ended with code %d; it begins again where it was.", name, code)
                    processes[name] = start(name)
                elif code != 0:
                    raise UserError(f"Expected workers that run. Received: {name}, which failed: {_last(folder, name)}")
                elif name == "chief":
                    break
    finally:
        for process in processes.values():
            process.terminate()  # a chief lingers for up to twenty seconds; its files are whole at any time
        for process in processes.values():
            process.wait()


def _last(folder: Path, name: str) -> str:
    """The last line that a process wrote."""
    lines = (folder / f"{name}.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing."


if __name__ == "__main__":
    join(sys.argv[1])
