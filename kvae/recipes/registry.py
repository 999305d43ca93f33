"""The registry of recipes: each file `<dataset>/<model>.py` in the package `kvae.zoo` is a recipe of that name."""

import importlib
import importlib.util
import os
import shlex
from pathlib import Path
from typing import Any

from kvae.errors import UserError
from kvae.files import atomic
from kvae.recipes.recipe import Recipe
from kvae.recipes.recipe_file import load_file, load_known_file
from kvae.recipes.trust import is_recipe_file
from kvae.suggest import hint

PACKAGE = "kvae.zoo"


def files() -> dict[str, Path]:
    """Return the file of every recipe by its name. Files whose names begin with `_` are not recipes."""
    spec: Any = importlib.util.find_spec(PACKAGE)  # not None, because it is a part of kvae
    root = Path(spec.origin).parent
    found = (path for path in sorted(root.glob("*/*.py")) if not path.name.startswith("_"))
    return {path.relative_to(root).with_suffix("").as_posix(): path for path in found}


def names() -> tuple[str, ...]:
    """Return the names of all recipes, sorted."""
    return tuple(files())


def copy(name: str, path: Path) -> None:
    """Write the recipe called `name` into the new file `path`. The commands in its docstring then train the copy."""
    if not is_recipe_file(path.name) or path.exists():
        raise UserError(f"Expected a new file *.py. Received: {path}{', which exists' if path.exists() else ''}.")
    code = load(name).file.read_text(encoding="utf-8")
    with atomic(path) as temporary:
        temporary.write_text(code.replace(f"kvae train {name}", f"kvae train {path}"), encoding="utf-8")


def load(name: str) -> Recipe:
    """Return the recipe called `name`, or the one in the file `name` if it ends in .py.

    The user names it. For a name in a file, which may come from anyone, there is `load_recorded`.
    """
    if is_recipe_file(name):
        return load_file(name)
    known = files()
    if name not in known:
        near = f" Did you mean {name}.py?" if Path(f"{name}.py").is_file() else hint(name, known)
        raise UserError(f"Expected a recipe. Received: {name}.{near} `kvae list` shows all of them.")
    module = importlib.import_module(f"{PACKAGE}.{name.replace('/', '.')}")
    return Recipe(name, module, known[name], known[name].read_bytes())


def load_recorded(name: str, source: str | os.PathLike) -> Recipe:
    """Return the recipe that the run or the search `source` names.

    Raises:
        UserError: there is no such recipe, or it is a file that the user has not named on this account
            (`kvae.recipes.trust`).
    """
    recipe = load_known_file(name)
    if recipe is None and is_recipe_file(name) and Path(name).is_file():
        raise UserError(
            f"Expected a recipe file that you have used on this account. Received: {name}, which {source} names. "
            f"It is Python code, and is new or has changed. If you trust it, run `kvae show {shlex.quote(name)}` once."
        )
    if recipe is None and (Path(source) / "recipe.txt").is_file() and is_recipe_file(name):
        raise UserError(
            f"Expected the recipe file that {source} names. Received: {name}, which does not exist. Restore it: recipe.txt "
            "in the run holds its code."
        )
    return recipe or load(name)
