"""The directory of a search and its trials.

    search.json         recipe, fixed settings, ranges, objectives, tuner, seed and precision
    oracle.json         state of KerasTuner
    trial_<id>/         trial.json (KerasTuner's), run/ (an ordinary run directory), then score.json or failed.json
    trials.csv          a line per trial, the best first: score, objectives, settings
    front.csv, .png     the Pareto front, if there are several objectives
    best/               the run of the best trial
    chief.log, …        output of each process, if several share the search

Every file but a log appears whole or not at all.
"""

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kvae.errors import UserError
from kvae.evaluation.renamed import current
from kvae.files import atomic_folder, copy_files, schemas, write_csv
from kvae.tuning.schemas import Failure, Score, SearchFile
from kvae.tuning.search import Search, pareto_front


@dataclasses.dataclass(frozen=True)
class Trial:
    """A finished trial.

    Args:
        name: number that KerasTuner gave the trial, as text.
        score: the score, the smaller the better.
        values: {objective: value}.
        parameters: {name: value} of the parameters that the search varies.
        epochs: number of epochs it was trained for.
        stopped: True if the median stopping rule stopped it.
        seconds: time it took.
    """

    name: str
    score: float
    values: dict[str, float]
    parameters: dict[str, Any]
    epochs: int
    stopped: bool
    seconds: float

    def row(self) -> dict:
        """Return the trial as one line of a table."""
        return {
            "trial": self.name,
            "score": self.score,
            **self.values,
            **self.parameters,
            "epochs": self.epochs,
            "stopped": self.stopped,
            "seconds": round(self.seconds, 1),
        }


def read_search(folder: str | os.PathLike) -> dict[str, Any]:
    """Return the contents of search.json."""
    return schemas.read(Path(folder) / "search.json", SearchFile)


def read_score(folder: Path) -> dict[str, Any]:
    """Return the contents of score.json in the directory of a trial."""
    return schemas.read(folder / "score.json", Score)


def read(folder: str | os.PathLike) -> list[Trial]:
    """Return the finished trials, in the order of their names."""
    found = []
    for file in sorted(Path(folder).glob("trial_*/score.json")):
        values = read_score(file.parent)
        rest = {key: values.pop(key) for key in ("score", "parameters", "epochs", "stopped", "seconds")}
        found.append(Trial(name=file.parent.name.removeprefix("trial_"), values=current(values), **rest))
    return found


def failures(folder: str | os.PathLike) -> dict[str, str]:
    """Return the reason of each failed trial by its name."""
    files = sorted(Path(folder).glob("trial_*/failed.json"))
    return {file.parent.name.removeprefix("trial_"): schemas.read(file, Failure)["reason"] for file in files}


def ended(folder: str | os.PathLike) -> set[str]:
    """Return the names of all trials that have finished or failed."""
    return {trial.name for trial in read(folder)} | set(failures(folder))


def best_settings(folder: str | os.PathLike) -> tuple[str, dict[str, Any], int, str]:
    """Return the name of the recipe of a search, the settings of the best trial, the seed and the precision.

    Args:
        folder: directory of a search, or of one of its trials. The settings of this trial are then returned.

    Raises:
        UserError: `folder` is neither, or no trial has finished.
    """
    folder = Path(folder)
    search = folder.parent if (folder / "score.json").is_file() else folder
    if not (search / "search.json").is_file():
        raise UserError(f"Expected the folder of a search. Received: {folder}, which holds no search.json.")
    described, done = read_search(search), ranked(read(search))
    if search != folder:
        done = [trial for trial in done if folder.name == f"trial_{trial.name}"]
    if not done:
        raise UserError(f"Expected a search with at least one finished trial. Received: {folder}, which has none.")
    settings = {**described["settings"], **done[0].parameters}
    return described["recipe"], settings, described["seed"], described.get("precision", "float32")


def ranked(trials: Sequence[Trial]) -> list[Trial]:
    """Return `trials` by score, the best first."""
    return sorted(trials, key=lambda trial: trial.score)


def write_results(folder: Path) -> None:
    """Write the table of all trials, the Pareto front and the best run into the directory of a search."""
    done = ranked(read(folder))
    if not done:
        return
    write_csv(folder / "trials.csv", [trial.row() for trial in done])
    objectives = Search.from_description(read_search(folder)["search"]).objectives
    if len(objectives) > 1:
        front = pareto_front([[o.cost(trial.values[o.value]) for o in objectives] for trial in done])
        write_csv(folder / "front.csv", [done[i].row() for i in front])
        _draw_front(folder / "front.png", done, front, *objectives[:2])
    copy(folder / f"trial_{done[0].name}" / "run", folder / "best")


def copy(source: Path, target: Path) -> None:
    """Copy the directory `source` to `target`, which appears whole."""
    with atomic_folder(target) as whole:
        copy_files(source, whole)


def _draw_front(path: Path, trials: Sequence[Trial], front: Sequence[int], across, up) -> None:
    from kvae.plots.front import save_front  # imports Keras

    points = [(trial.values[across.value], trial.values[up.value]) for trial in trials]
    labels = [f"{objective.value} ({objective.direction})" for objective in (across, up)]
    save_front(path, points, [trial.name for trial in trials], front, labels)
