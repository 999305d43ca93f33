"""Recipes: their parameters, data and models, and their training into runs."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # type checkers and editors do not see what `__getattr__` below imports
    from kvae.recipes.trained import Trained, open_trained

__all__ = ["Trained", "open_trained"]


if not TYPE_CHECKING:  # so that a type checker finds a misspelled name

    def __getattr__(name):
        if name in __all__:  # their module imports Keras
            return getattr(importlib.import_module("kvae.recipes.trained"), name)
        raise AttributeError(f"module 'kvae.recipes' has no attribute {name!r}")
