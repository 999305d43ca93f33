"""The registry of recipes: one file per recipe, `<dataset>/<model>.py`; the folder is the registry."""

import difflib
import importlib
from pathlib import Path

from kvae.errors import UserError
from kvae.zoo.recipe import Count, NonNegative, Positive, Recipe, Training, from_file
from kvae.zoo.search import Between, Objective, OneOf, Search

__all__ = [
    "Between",
    "Count",
    "NonNegative",
    "Objective",
    "OneOf",
    "Positive",
    "Recipe",
    "Search",
    "Training",
    "files",
    "load",
    "names",
    "resume",
    "train",
]

_ROOT = Path(__file__).parent


def files() -> dict[str, Path]:
    """Every recipe's name and file. Reads folders only."""
    found = (path for path in sorted(_ROOT.glob("*/*.py")) if not path.name.startswith("_"))
    return {path.relative_to(_ROOT).with_suffix("").as_posix(): path for path in found}


def names() -> tuple[str, ...]:
    return tuple(files())


def load(name: str) -> Recipe:
    """The recipe called `name`, or the one in the file `name` when it ends in .py."""
    if name.endswith(".py"):
        if not Path(name).is_file():
            raise UserError(f"Expected a recipe's name or file. Received: {name}, which does not exist.")
        return from_file(Path(name).resolve())
    known = files()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
        hint = f"Nearest: {', '.join(near)}. " if near else ""
        raise UserError(f"Expected a recipe. Received: {name}. {hint}`kvae list` shows all of them.")
    return Recipe(name, importlib.import_module(f"kvae.zoo.{name.replace('/', '.')}"), known[name])


def __getattr__(attribute):
    if attribute in ("train", "resume"):  # they import Keras, hence late
        return getattr(importlib.import_module("kvae.zoo.fit"), attribute)
    raise AttributeError(f"module 'kvae.zoo' has no attribute {attribute!r}")
