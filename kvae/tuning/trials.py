"""The folder of a search, and what can be read in it.

    search.json         recipe, fixed settings, space, objectives, tuner and seed
    oracle.json         KerasTuner's state
    trial_<id>/         trial.json (KerasTuner's), run/ (an ordinary run directory), then score.json or failed.json
    trials.csv          a line per trial, the best first: score, figures, settings
    front.csv, .png     the trials that no other beats in one objective and equals in all, where there are several
    best/               the run of the best trial

Every file appears whole or not at all.
"""

import dataclasses
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kvae.errors import UserError
from kvae.files import read_json, write_csv
from kvae.tuning.search import Search, pareto_front


@dataclasses.dataclass(frozen=True)
class Trial:
    """A trial that is done."""

    name: str
    score: float
    figures: dict[str, float]
    parameters: dict[str, Any]
    epochs: int
    stopped: bool
    seconds: float

    def row(self) -> dict:
        """One line of a table."""
        return {
            "trial": self.name,
            "score": self.score,
            **self.figures,
            **self.parameters,
            "epochs": self.epochs,
            "stopped": self.stopped,
            "seconds": round(self.seconds, 1),
        }


def read(folder: str | os.PathLike) -> list[Trial]:
    """The trials that are done, in the order of their names."""
    found = []
    for file in sorted(Path(folder).glob("trial_*/score.json")):
        known = read_json(file)
        rest = {key: known.pop(key) for key in ("score", "parameters", "epochs", "stopped", "seconds")}
        found.append(Trial(name=file.parent.name.removeprefix("trial_"), figures=known, **rest))
    return found


def failures(folder: str | os.PathLike) -> dict[str, str]:
    """Trials that failed, and why."""
    files = sorted(Path(folder).glob("trial_*/failed.json"))
    return {file.parent.name.removeprefix("trial_"): read_json(file)["reason"] for file in files}


def names(folder: str | os.PathLike) -> set[str]:
    """The trials that have ended, well or not."""
    return {trial.name for trial in read(folder)} | set(failures(folder))


def best(folder: str | os.PathLike) -> tuple[str, dict[str, Any], int]:
    """The recipe that a search varied, the settings of its best trial and the seed. Raises `UserError` when none is done.

    `folder` may also be that of one trial, such as one of the front: its settings then.
    """
    folder = Path(folder)
    search = folder.parent if (folder / "score.json").is_file() else folder
    if not (search / "search.json").is_file():
        raise UserError(f"Expected the folder of a search. Received: {folder}, which holds no search.json.")
    described, done = read_json(search / "search.json"), ranked(read(search))
    if search != folder:
        done = [trial for trial in done if folder.name == f"trial_{trial.name}"]
    if not done:
        raise UserError(f"Expected a search with at least one finished trial. Received: {folder}, which has none.")
    return described["recipe"], {**described["settings"], **done[0].parameters}, described["seed"]


def ranked(trials: Sequence[Trial]) -> list[Trial]:
    """The best first."""
    return sorted(trials, key=lambda trial: trial.score)


def conclude(folder: Path) -> None:
    """Writes the tables, the front and the best run."""
    done = ranked(read(folder))
    if not done:
        return
    write_csv(folder / "trials.csv", [trial.row() for trial in done])
    objectives = Search.from_description(read_json(folder / "search.json")["search"]).objectives
    if len(objectives) > 1:
        costs = [[o.cost(trial.figures[o.value]) for o in objectives] for trial in done]
        front = pareto_front(costs)
        write_csv(folder / "front.csv", [done[i].row() for i in front])
        _draw(folder / "front.png", done, front, *objectives[:2])
    copy(folder / f"trial_{done[0].name}" / "run", folder / "best")


def copy(source: Path, target: Path) -> None:
    """The folder `source` as `target`, which appears whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as temporary:
        whole = Path(temporary) / target.name
        shutil.copytree(source, whole)
        shutil.rmtree(target, ignore_errors=True)
        os.replace(whole, target)


def _draw(path: Path, trials: Sequence[Trial], front: Sequence[int], across, up) -> None:
    """All trials by two figures, those of the front joined."""
    from kvae.plots.figure import new_figure, save_figure

    points = [(trial.figures[across.value], trial.figures[up.value]) for trial in trials]
    figure = new_figure(5, 4)
    axes = figure.subplots()
    axes.scatter(*zip(*points, strict=True), s=14, color="0.6", label="trials")
    axes.plot(*zip(*sorted(points[i] for i in front), strict=True), "o-", markersize=5, label="front")
    for i in front:
        axes.annotate(trials[i].name, points[i], textcoords="offset points", xytext=(4, 4), fontsize=7)
    axes.set_xlabel(f"{across.value} ({across.direction})")
    axes.set_ylabel(f"{up.value} ({up.direction})")
    axes.legend(frameon=False)
    save_figure(figure, path)
