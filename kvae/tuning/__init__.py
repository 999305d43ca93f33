"""Searches over the parameters of a recipe with KerasTuner."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kvae.tuning.hypermodel import RecipeHyperModel

__all__ = ["RecipeHyperModel"]


if not TYPE_CHECKING:  # so that a type checker finds a misspelled name

    def __getattr__(name):
        if name == "RecipeHyperModel":  # its module imports Keras and KerasTuner
            return importlib.import_module("kvae.tuning.hypermodel").RecipeHyperModel
        raise AttributeError(f"module 'kvae.tuning' has no attribute {name!r}")
