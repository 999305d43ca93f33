"""Searches over the parameters of a recipe with KerasTuner."""

import importlib

__all__ = ["RecipeHyperModel"]


def __getattr__(name):
    if name == "RecipeHyperModel":  # its module imports Keras and KerasTuner
        return importlib.import_module("kvae.tuning.hypermodel").RecipeHyperModel
    raise AttributeError(f"module 'kvae.tuning' has no attribute {name!r}")
