"""The argument MODEL: a run directory or a preset."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from kvae import weights, zoo
from kvae.cli.environment import import_keras
from kvae.errors import UserError
from kvae.suggest import hint


def open_model(name: str, settings: Mapping[str, str] | None = None):
    """Return the run or the preset called `name` as `kvae.open_trained` does. Raise `UserError` at once if there is none.

    `settings` are parameters of its data, {name: value}.
    """
    path = Path(name)
    if not _may_be_preset(path, name):
        _check_run(path, name)
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


def _check_run(path: Path, name: str) -> None:
    """Raise `UserError` unless `path` is a run directory."""
    if name in zoo.names() and not path.exists():
        raise UserError(f"Expected a run directory. Received: {name}, which is a recipe. Train it: kvae train {name}")
    if not (path / "config.json").is_file():
        received = "holds no config.json" if path.is_dir() else "is a file" if path.exists() else "does not exist"
        repair = "" if path.exists() else hint(name, weights.names())
        raise UserError(f"Expected a run directory or a preset. Received: {name}, which {received}.{repair}")
