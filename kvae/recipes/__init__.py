"""Recipes: their parameters, data and models, and their training into runs."""

import importlib

__all__ = ["Trained", "open_trained"]


def __getattr__(name):
    if name in __all__:  # their module imports Keras
        return getattr(importlib.import_module("kvae.recipes.trained"), name)
    raise AttributeError(f"module 'kvae.recipes' has no attribute {name!r}")
