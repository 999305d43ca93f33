"""Recipe files of users. They are Python code, and are run once in a process."""

import functools
import importlib.util
import traceback
from pathlib import Path
from typing import Any

from kvae.errors import UserError
from kvae.recipes import trust
from kvae.recipes.recipe import PREFIXES, Recipe


def load_file(name: str) -> Recipe:
    """Return the recipe in a file that the user names. Raise `UserError` if the file does not exist or is not a recipe."""
    path = Path(name).resolve()
    if not path.is_file():
        raise UserError(f"Expected a recipe's name or file. Received: {name}, which does not exist.")
    code = path.read_bytes()
    recipe = _run(path, code)
    trust.remember(path, code)
    return recipe


def load_known_file(name: str) -> Recipe | None:
    """Return the recipe in a file that a run or a search names.

    Returns None if `name` is no file, or one that the user has not named before.
    """
    path = Path(name).resolve()
    code = path.read_bytes() if trust.is_recipe_file(name) and path.is_file() else None
    return _run(path, code) if code is not None and trust.is_known(path, code) else None


@functools.lru_cache
def _run(path: Path, code: bytes) -> Recipe:
    """Run `code`, the contents of the recipe file at `path`, and return the recipe.

    Compiled code of Python (`__pycache__`) is not used, because it may be that of another file.
    """
    spec: Any = importlib.util.spec_from_file_location(f"kvae_recipe_{path.stem}", path)  # not None for *.py
    module = importlib.util.module_from_spec(spec)
    try:
        exec(compile(code, str(path), "exec"), module.__dict__)
    except SyntaxError as error:
        raise UserError(f"Expected a Python file. Received: {path}, line {error.lineno}: {error.msg}.") from error
    except Exception as error:  # the file is a user's code and may raise anything
        line = next(
            (f.lineno for f in reversed(traceback.extract_tb(error.__traceback__)) if f.filename == str(path)), 0
        )
        raise UserError(
            f"Expected a recipe that can be imported. Received: {path}, line {line}: {type(error).__name__}: {error}."
        ) from error
    missing = [function for function in PREFIXES if not callable(getattr(module, function, None))]
    if missing:
        raise UserError(
            f"Expected a recipe to define data(), model(dataset) and training(). Received: {path}, "
            f"which lacks {', '.join(missing)}."
        )
    return Recipe(str(path), module, path, code)
