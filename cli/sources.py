"""The argument MODEL: a run directory or a preset."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from kvae import data, weights, zoo
from kvae.cli.compile_cache import use_compile_cache
from kvae.cli.environment import announced, import_keras
from kvae.errors import UserError
from kvae.files import read_json
from kvae.suggest import hint


def open_model(name: str, settings: Mapping[str, str] | None = None, needs_data: bool = False, to_train: bool = False):
    """Return the run or the preset called `name` as `kvae.open_trained` does. Raise `UserError` at once if there is none.

    Args:
        name: name or path of the run or the preset.
        settings: parameters of its data, {name: value}.
        needs_data: True if the command reads the data. They are then looked for before Keras, which takes seconds, is
            imported.
        to_train: True if the command trains. Its code is then compiled anew and not read from the cache.
    """
    path = Path(name)
    if not _may_be_preset(path, name):
        _check_run(path, name)
    if needs_data:
        with announced("Looking for the data"):
            _check_data(path if path.exists() else weights.FOLDER / name, settings or {})
    if not to_train:
        use_compile_cache()
    import_keras()
    from kvae.recipes import open_trained

    return open_trained(name, settings)


def open_classifier(name: str | None):
    """Return the model of the option --classifier, or None if the option is not given."""
    return None if name is None else open_model(name)


def save(trained, drawn, out: Path | None, name: str, **options) -> Path:
    """Save a sheet or samples of a trained model, and return the file.

    Without the option --out, the file is called `name`. It lies in the run, or in the current folder for a preset. An image
    holds the command that made it.
    """
    command = shlex.join(["kvae", *sys.argv[1:]])
    return drawn.save(out or trained.source.images / name, command=command, **options)


def _may_be_preset(path: Path, name: str) -> bool:
    """Return True if `name` may be a preset. This is known before Keras, which takes seconds, is imported."""
    bundled = not path.exists() and name in weights.names()
    return name.startswith("hf://") or (path / "card.json").is_file() or bundled


def _check_data(folder: Path, settings: Mapping[str, str]) -> None:
    """Raise the `UserError` of `kvae.data.load` if the data of the run or the preset in `folder` are missing.

    Only data of bundled recipes are looked for. Anything else that is wrong is reported later.
    """
    file = next((path for path in (folder / "card.json", folder / "config.json") if path.is_file()), None)
    name = _data_name(read_json(file), settings) if file else None
    if name is not None and not data.is_available(name):
        data.load(name)


def _data_name(described, settings: Mapping[str, str]) -> str | None:
    """Return the data set of a bundled recipe as `kvae.data.load` takes it, or None for any other."""
    match described:
        case {"recipe": str(recipe), "parameters": {**parameters}} if recipe in zoo.names():
            dataset = recipe.partition("/")[0]
            path = settings.get("data.path", parameters.get("data.path"))
            if dataset == "folder":
                return f"folder:{path}"
            return dataset if path is None else None  # the user's own images, in a layout that the recipe knows
    return None


def _check_run(path: Path, name: str) -> None:
    """Raise `UserError` unless `path` is a run directory."""
    if name in zoo.names() and not path.exists():
        raise UserError(f"Expected a run directory. Received: {name}, which is a recipe. Train it: kvae train {name}")
    if not (path / "config.json").is_file():
        received = "holds no config.json" if path.is_dir() else "is a file" if path.exists() else "does not exist"
        repair = "" if path.exists() else hint(name, weights.names())
        raise UserError(f"Expected a run directory or a preset. Received: {name}, which {received}.{repair}")
