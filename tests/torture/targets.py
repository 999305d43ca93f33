"""Programs that write files, and the rules that hold after an attack on each."""

import csv
import dataclasses
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

RECIPE = str(Path(__file__).with_name("recipe.py"))
SEED = 3


@dataclasses.dataclass(frozen=True)
class Target:
    """A program that writes files into a folder.

    Args:
        name: name in the table.
        act: the program. Called again after an attack, it completes its work.
        read: function folder -> {name: contents} of what the program has written. Missing files are left out. It raises an
            exception if anything that exists is damaged.
        prepare: function that fills a folder before the program starts.
        between: True if there are states between that before and that after the program, such as the epochs of a training.
            Otherwise all contents must be the old or the new ones after an attack.
        workers: True if the program starts processes, which are killed, too.
    """

    name: str
    act: Callable[[Path], None]
    read: Callable[[Path], dict]
    prepare: Callable[[Path], None] = lambda folder: None
    between: bool = False
    workers: bool = False


def training(kind: str) -> Target:
    """Return the training of one kind of model, which is resumed after an attack."""
    settings = {"model.kind": kind, "data.labels": kind in ("labels", "adversary")}

    def act(folder: Path) -> None:
        from kvae import zoo

        zoo.load(RECIPE)
        run = folder / "run"
        if (run / "config.json").is_file():
            zoo.resume(run)
        else:
            zoo.train(RECIPE, settings, out=run, seed=SEED)

    return Target(f"training ({kind})", act, _read_run, between=True)


def _read_run(folder: Path) -> dict:
    from kvae.runs import Run
    from kvae.training.checkpoint import read_progress

    run = Run(folder / "run")
    if not (run.path / "config.json").is_file():
        return {}
    found = {"recipe": run.config["recipe"], "history": {k: v.tolist() for k, v in run.history().items()}}
    if run.state.is_file():
        with np.load(run.state) as archive:
            found["state"] = {name: archive[name].tobytes() for name in archive.files}
        assert run.epochs() == read_progress(run.state)["epochs"]
    if run.finished:
        found["weights"] = [np.asarray(weight).tobytes() for weight in run.load_model().get_weights()]
    if run.metrics is not None:
        found["metrics"] = run.metrics["metrics"]
    return found


def _train_once(folder: Path) -> None:
    from kvae import zoo

    zoo.train(RECIPE, {"epochs": 1}, out=folder / "run", seed=SEED)


def _prepare_export(folder: Path) -> None:
    from kvae import open_trained

    _train_once(folder)
    open_trained(folder / "run").export(folder / "preset")  # an older preset, with other weights
    shutil.rmtree(folder / "run")
    _train_twice(folder)


def _train_twice(folder: Path) -> None:
    from kvae import zoo

    zoo.train(RECIPE, {"epochs": 2}, out=folder / "run", seed=SEED)


def _export(folder: Path) -> None:
    from kvae import open_trained, zoo

    zoo.load(RECIPE)
    open_trained(folder / "run").export(folder / "preset")


def _read_preset(folder: Path) -> dict:
    from kvae import from_preset
    from kvae.presets.layout import read_card

    weights = [np.asarray(weight).tobytes() for weight in from_preset(folder / "preset").get_weights()]
    return {"preset": (weights, read_card(folder / "preset")["epochs"])}


def _evaluate(folder: Path) -> None:
    from kvae import open_trained, zoo

    zoo.load(RECIPE)
    trained = open_trained(folder / "run")
    trained.save_report(trained.evaluate(["nll"], nll={"samples": 5}), plots=True)


def _prepare_images(folder: Path) -> None:
    from PIL import Image

    rng = np.random.default_rng(SEED)
    for label in ("cats", "dogs"):
        (folder / "images" / label).mkdir(parents=True)
        for number in range(100):
            image = Image.fromarray(rng.integers(0, 256, (24, 24, 3), dtype=np.uint8))
            image.save(folder / "images" / label / f"{number:03d}.png")


def _prepare_data(folder: Path) -> None:
    from kvae import data

    os.environ["KVAE_CACHE"] = str(folder / "cache")
    data.load(f"folder:{folder / 'images'}", size=16)


def _read_data(folder: Path) -> dict:
    files = (folder / "cache").rglob("[!.]*.npy")  # their names end with a fingerprint of the folder
    return {path.name.rpartition("-")[0]: np.load(path).tobytes() for path in files}


def search(workers: int = 1) -> Target:
    """Return a search of three trials with this number of worker processes."""

    def act(folder: Path) -> None:
        from kvae.recipes.space import Between
        from kvae.tuning.search import Search
        from kvae.tuning.tune import tune

        ranges = Search({"learning_rate": Between(1e-3, 1e-2)})
        options = {"tuner": "random", "count": 3, "seed": SEED, "workers": workers}
        tune(RECIPE, {"epochs": 2}, search=ranges, out=folder / "search", **options)

    name = "search" if workers == 1 else f"search ({workers} workers)"
    return Target(name, act, _read_search, between=True, workers=workers > 1)


def _read_search(folder: Path) -> dict:
    from kvae.runs import Run
    from kvae.tuning import trials

    place, found = folder / "search", {}
    if (place / "search.json").is_file():
        found = {f"trial {trial.name}": trial.row() | {"seconds": 0} for trial in trials.read(place)}
    if (place / "trials.csv").is_file():
        with open(place / "trials.csv", newline="") as file:
            found["table"] = [row | {"seconds": 0} for row in csv.DictReader(file)]
    if (place / "best").is_dir():
        found["best"] = [np.asarray(weight).tobytes() for weight in Run(place / "best").load_model().get_weights()]
    return found


KINDS = ("dropout", "batch normalisation", "importance weights", "labels", "adversary", "GAN")

TARGETS = {
    target.name: target
    for target in (
        *map(training, KINDS),
        Target("preparation of data", _prepare_data, _read_data, _prepare_images),
        Target("export over an older preset", _export, _read_preset, _prepare_export),
        Target("evaluate", _evaluate, _read_run, _train_once),
        search(),
        search(workers=2),
    )
}
"""The programs that are attacked."""
