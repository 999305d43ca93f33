"""What MODEL on the command line stands for, and the data that belong to it."""

import functools
import logging
from pathlib import Path

from kvae import weights, zoo
from kvae.capabilities import CLASSIFIER
from kvae.cli.environment import import_keras
from kvae.cli.image_io import read_images
from kvae.errors import UserError
from kvae.suggest import hint

logger = logging.getLogger("kvae.cli")

NEEDED = {"recipe": str, "parameters": dict, "seed": int, "data": dict, "backend": str}
"""What the description of a run or a preset tells the commands."""


def open_model(name: str):
    """The `Run` or the `Preset` called `name`. Raises `UserError`, at once, when there is none."""
    path = Path(name)
    if _may_be_preset(path, name):
        import_keras()
        from kvae.presets import Preset

        return _known(Preset(name), name, "card.json")  # made of kvae's own classes: its recipe need not be loaded
    if name in zoo.names() and not path.exists():
        raise UserError(f"Expected a run directory. Received: {name}, which is a recipe. Train it: kvae train {name}")
    if not (path / "config.json").is_file():
        received = "holds no config.json" if path.is_dir() else "is a file" if path.exists() else "does not exist"
        repair = "" if path.exists() else hint(name, _along())
        raise UserError(f"Expected a run directory, or a preset. Received: {name}, which {received}.{repair}")
    import_keras()
    from kvae.runs import Run

    run = _known(Run(path), name, "config.json")
    zoo.load(run.config["recipe"])  # a recipe of the user's own may register classes that its model is made of
    return run


def _along() -> list[str]:
    """The presets that come along."""
    folder = Path(weights.__file__).parent
    return sorted(card.parent.relative_to(folder).as_posix() for card in folder.glob("*/*/card.json"))


def _may_be_preset(path: Path, name: str) -> bool:
    """Whether it is one, told before Keras is imported."""
    along = Path(weights.__file__).parent / name / "card.json"
    return name.startswith("hf://") or (path / "card.json").is_file() or (not path.exists() and along.is_file())


def _known(run, name: str, file: str):
    """`run`, when its description, in `file`, is whole."""
    config = run.config if isinstance(run.config, dict) else {}
    missing = [key for key, kind in NEEDED.items() if not isinstance(config.get(key), kind)]
    if missing:
        raise UserError(f"Expected a whole {file}. Received: that of {name}, which lacks {', '.join(missing)}.")
    return run


@functools.lru_cache(maxsize=1)
def load_data(run) -> tuple:
    """The `Dataset` that `run` was trained on, and its `Training`: loaded once, however often a command asks."""
    recipe = _recipe(run)
    values = recipe.values_of(run.config)
    dataset = recipe.data(values)
    if dataset.fingerprint != run.config["data"].get("fingerprint"):
        logger.warning("The data in %s are not those that the run was trained on.", dataset.name)
    return dataset, recipe.training(values)


def _recipe(run):
    """The recipe of `run`: of a preset, which may be anyone's, one that comes along, for a file would be run."""
    from kvae.presets import Preset

    name = run.config["recipe"]
    if isinstance(run, Preset) and name.endswith(".py"):
        raise UserError(
            f"Expected a preset of a recipe that comes along, to load its data. Received: {run.path}, of the file {name}, "
            "which is not run for a preset. Take the run that it was made of."
        )
    return zoo.load(name)


def held_out(run, split: str | None = None, batch_size: int | None = None, first: int | None = None):
    """Batches of a split of the data that `run` was trained on, and their name, `data/split`.

    By default the test split, or else the validation split; the batch size of training; and all examples, not only the
    `first` ones.
    """
    from kvae.recipes.inputs import batches

    dataset, training = load_data(run)
    splits = {name: getattr(dataset, name) for name in ("test", "validation", "train")}
    splits = {name: examples for name, examples in splits.items() if examples is not None}
    split = split or next(iter(splits))
    if split not in splits:
        raise UserError(f"Expected a split of {dataset.name}: {', '.join(splits)}. Received: split={split}.")
    part = splits[split][:first]
    return batches(trained_model(run), dataset, part, training, batch_size=batch_size), f"{dataset.name}/{split}"


@functools.lru_cache(maxsize=1)
def trained_model(run):
    """Return the model of `run`, loaded once."""
    return run.load_model()


def load_model(run, name: str):
    """The trained model of `run`; raises `UserError` when it has no code, as a classifier has none."""
    from kvae.models.base.latent import LatentModel

    model = trained_model(run)
    if not isinstance(model, LatentModel):
        raise UserError(f"Expected a model that samples and reconstructs. Received: {name}, a {type(model).__name__}.")
    return model


def load_classifier(name: str) -> tuple:
    """The classifier of the run `name`, and what its outputs are called; raises `UserError` when it is none."""
    run = open_model(name)
    classifier = run.load_model()
    if CLASSIFIER not in classifier.capabilities:
        raise UserError(f"Expected the run of a classifier. Received: judge={name}, a {type(classifier).__name__}.")
    return classifier, run.config["data"].get("labels", [])


def picture_shape(model, name: str) -> tuple[int, ...]:
    """The shape (H, W, C) of what the model called `name` takes; raises `UserError` when that is no picture."""
    shape = model.data_shape
    if len(shape) != 3:
        raise UserError(f"Expected a model of pictures. Received: {name}, whose data have the shape {shape}.")
    return shape


def pictures(run, model, *places: str) -> tuple:
    """Pictures (N, H, W, C) as the model takes them, (x,) or (x, y): each a file, or the held-out example of a number."""
    import numpy as np

    picture_shape(model, str(run.path))
    for place in places:
        if not place.isdecimal() and "y" in model.batch_spec:
            raise UserError(
                f"Expected the number of a held-out example, whose labels are known: {type(model).__name__} takes labels. "
                f"Received: {place}."
            )
    return tuple(np.stack(arrays) for arrays in zip(*(_picture(run, model, place) for place in places), strict=True))


def _picture(run, model, place: str) -> tuple:
    if place.isdecimal():
        batches, name = held_out(run, batch_size=1)
        if int(place) >= len(batches):
            raise UserError(f"Expected an example of {name}, 0 to {len(batches) - 1}. Received: {place}.")
        return tuple(array[0] for array in batches[int(place)])
    path = Path(place)
    if not path.is_file():
        received = "is a folder" if path.is_dir() else "does not exist"
        raise UserError(
            f"Expected a picture file, or the number of a held-out example. Received: {place}, which {received}."
        )
    return (read_images([path], model)[0],)


def first_examples(run, n: int):
    """The first `n` held-out examples as the model takes them: (x,), or (x, y)."""
    batches, _ = held_out(run, batch_size=n)
    return batches[0]
