"""Searches over a recipe's parameters with KerasTuner."""

import importlib

__all__ = ["RecipeModel"]


def __getattr__(name):
    if name == "RecipeModel":  # its module imports Keras and KerasTuner
        return importlib.import_module("kvae.tuning.hypermodel").RecipeModel
    raise AttributeError(f"module 'kvae.tuning' has no attribute {name!r}")
