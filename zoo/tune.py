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
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
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
"""How often processes that died are started again."""
PATIENCE = 300.0
"""Seconds that a worker on another machine waits for the search to begin."""
REFUSED = 2
"""Exit code of a process that has said in a sentence why it cannot go on."""

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
    KERASTUNER_ORACLE_PORT), gives the same arguments, and `out` is a folder of all. Raises `UserError` for what cannot be
    searched, for a folder that holds something else and for one that is in use.
    """
    if tuner not in TUNERS:
        raise UserError(f"Expected a tuner among {', '.join(TUNERS)}. Received: tuner={tuner}.")
    role = _role()
    model = RecipeModel(recipe, settings, search, seed)
    folder = (Path(out) if out is not None else trials.default_folder(model.recipe.name)).resolve()
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
            _supervise(folder, workers, ended)
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
    if described["tuner"] == "hyperband":
        oracle = Hyperband(max_epochs=model.recipe.training(model.defaults).epochs, **options)
        oracle.fit_into(count)
    else:
        oracle = TUNERS[described["tuner"]](max_trials=count, **options)
    with contextlib.redirect_stdout(io.StringIO()):  # KerasTuner says that it reloads
        tuner = Trials(oracle, model, folder, ended)
    try:
        tuner.search(verbose=0)
    except keras_tuner.errors.FatalError as error:
        raise (error.__cause__ or error) from None
    except RuntimeError as error:
        if "consecutive" not in str(error):
            raise
        reasons = trials.failures(folder).values()
        last = list(reasons)[-1] if reasons else "no reason"
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
        # A trial that has ended is among those that run until the next one is saved.
        self._retry_queue = [trial for trial in dict.fromkeys(self._retry_queue) if trial not in self.end_order]


class RandomSearch(Durable, oracles.RandomSearchOracle):
    pass


class Bayesian(Durable, oracles.BayesianOptimizationOracle):
    """Draws by the number of the trial, so that a search that goes on proposes what one left alone would; and at random
    where it would propose what has been tried."""

    def populate_space(self, trial_id):
        self._random_state = np.random.RandomState((self.seed, len(self.trials)))
        found = super().populate_space(trial_id)
        values = found.get("values")
        return self._random_populate_space() if values and self._duplicate(values) else found


class Hyperband(Durable, oracles.HyperbandOracle):
    def fit_into(self, count: int) -> None:
        """Begins with the largest bracket that ends within `count` trials: its best settings are then trained in full."""
        self.max_trials = count
        while self._current_bracket and self._size() > count:
            self._current_bracket -= 1
        self._brackets = []
        self._start_new_bracket()

    def _size(self) -> int:
        """Trials of the current bracket, over all its rounds."""
        return sum(self._get_size(self._current_bracket, number) for number in range(self._current_bracket + 1))


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
                write_json(done, self._score(trial, place / "run"))
            except keras_tuner.errors.FailedTrialError as error:
                write_json(place / "failed.json", {"reason": str(error)})  # a chief is not told
                raise
            except (OSError, UserError) as error:  # a full disk, a figure that is not there: the next trial has it too
                raise keras_tuner.errors.FatalError(str(error)) from error
        figures = read_json(done)
        return {name: value for name, value in figures.items() if isinstance(value, int | float)}

    def _score(self, trial, folder: Path) -> dict:
        began = time.monotonic()
        try:
            session, run = self._train(trial.hyperparameters, folder, trial.trial_id)
        except UserError as error:  # settings that do not go together, or a loss that is not finite
            raise keras_tuner.errors.FailedTrialError(str(error)) from error
        figures = self.hypermodel.judge(session.model, session.training)
        if not math.isfinite(figures["score"]):
            raise keras_tuner.errors.FailedTrialError(f"Expected finite figures. Received: {figures}.")
        epochs = len(run.history()["epoch"])
        return {
            **figures,
            "epochs": epochs,
            "stopped": bool(epochs < session.training.epochs),
            "seconds": time.monotonic() - began,
            "parameters": self.hypermodel.chosen(trial.hyperparameters),
        }

    def _train(self, hp, folder: Path, trial: str) -> tuple[Session, Run]:
        """Trains the run in `folder`, from its last epoch on if it has begun."""
        hypermodel = self.hypermodel
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
        epochs = session.restore(run)
        stop = Hopeless(self.folder, trial, hypermodel.search.monitor)
        if not stop.hopeless(run):  # it may have been stopped, and killed before it was judged
            session.fit(run, epochs, [stop], progress=False)
        elif not run.finished:
            run.save_model(session.model)
        return session, run

    def on_trial_end(self, trial):
        super().on_trial_end(trial)
        self.ended(trial.trial_id)


class Hopeless(keras.callbacks.Callback):
    """Stops a trial whose best value by an epoch is below the median of what others had on average by then.

    The median stopping rule of Golovin et al. 2017, section 3.2.2, on the histories of the trials that are done. Without
    a `monitor` it stops none.
    """

    def __init__(self, folder: Path, trial: str, monitor: str | None):
        super().__init__()
        self.folder, self.trial, self.monitor = folder, trial, monitor

    def hopeless(self, run: Run) -> bool:
        """Whether the rule speaks against the trial in `run` at its last epoch."""
        own = run.history().get(self.monitor, ())
        if not len(own):
            return False
        done = (file.parent for file in self.folder.glob("trial_*/score.json"))
        columns = [
            Run(path / "run").history().get(self.monitor, ()) for path in done if path.name != f"trial_{self.trial}"
        ]
        averages = [np.mean(column[: len(own)]) for column in columns if len(column) >= len(own)]
        return len(averages) >= STARTUP and max(own) < np.median(averages)

    def on_epoch_end(self, epoch, logs=None):
        if self.hopeless(Run(self.folder / f"trial_{self.trial}" / "run")):
            self.model.stop_training = True


# ------------------------------------------------------------------ folders and processes


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


def _supervise(folder: Path, workers: int, ended: Callable[[str], None]) -> None:
    """A chief and `workers` as processes of this machine, until no trial is left."""
    names = ("chief", *(f"worker-{i}" for i in range(workers)))
    seen = trials.names(folder)
    processes = _start(folder, names, workers)
    restarts = 0
    try:
        while True:
            time.sleep(0.5)
            for trial in trials.names(folder) - seen:
                seen.add(trial)
                ended(trial)
            codes = {name: process.poll() for name, process in processes.items()}
            dead = [name for name, code in codes.items() if code not in (None, 0)]
            if codes["chief"] == 0 or not any(codes[name] != 0 for name in names[1:]):
                return
            if not dead:
                continue
            if restarts == RESTARTS or any(codes[name] == REFUSED for name in dead):
                raise UserError(_complaint(folder, codes))
            restarts += 1
            # Without its chief a worker would be given a trial that another one has: all begin again.
            again = names if "chief" in dead else dead
            logger.warning("%s ended with code %d; it begins again where it was.", dead[0], codes[dead[0]])
            _stop(processes[name] for name in again)
            port = None if "chief" in again else processes["chief"].port
            processes |= _start(folder, again, workers, port)
    finally:
        _stop(processes.values())  # a chief lingers for up to twenty seconds; its files are whole at any time


def _start(folder: Path, names: Iterable[str], workers: int, port: int | None = None) -> dict[str, subprocess.Popen]:
    """Processes of the search, which end when this one does."""
    if port is None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    described = {"KERASTUNER_ORACLE_IP": "127.0.0.1", "KERASTUNER_ORACLE_PORT": str(port)}
    described["KERAS_BACKEND"] = keras.backend.backend()
    # They share the processor's cores, and the memory of a GPU.
    threads = str(max(1, (os.cpu_count() or 1) // workers))
    shared = {"OMP_NUM_THREADS": threads, "TF_NUM_INTRAOP_THREADS": threads}
    shared |= {"XLA_PYTHON_CLIENT_PREALLOCATE": "false", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}
    started = {}
    for name in names:
        environment = {**shared, **os.environ, **described, "KERASTUNER_TUNER_ID": name}
        with open(folder / f"{name}.log", "ab") as log:
            command = [sys.executable, "-m", "kvae.zoo.tune", str(folder)]
            started[name] = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log)
            started[name].port = port
    return started


def _stop(processes: Iterable[subprocess.Popen]) -> None:
    processes = list(processes)
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait()


def _complaint(folder: Path, codes: Mapping[str, int | None]) -> str:
    """What the process said last that could not go on."""
    name = next((n for n, code in codes.items() if code == REFUSED), next(n for n, code in codes.items() if code))
    lines = (folder / f"{name}.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    said = lines[-1] if lines else "It said nothing."
    if codes[name] == REFUSED:
        return said
    return f"Expected processes that run. Received: {name}, which ended with code {codes[name]}: {said}"


def _main(folder: str) -> None:
    """One process of a search on this machine."""

    def leave_with_parent():
        os.read(
            0, 1
        )  # ends when the one who started this process does; sys.stdin has a lock, which an exit would wait for
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
