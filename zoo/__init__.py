"""The recipes: one file per published experiment, `<dataset>/<model>.py`, and the names that a recipe file imports."""

import importlib
from typing import TYPE_CHECKING

from kvae.recipes.beta import beta_of
from kvae.recipes.parameters import Count, FilePath, ImageLikelihood, Limit, NonNegative, Positive, Upsampling, Width
from kvae.recipes.recipe import Recipe, Training
from kvae.recipes.registry import copy, files, load, load_recorded, names
from kvae.recipes.run_folder import run_folder
from kvae.recipes.space import Between, OneOf
from kvae.tuning.search import Objective, Search

if TYPE_CHECKING:  # type checkers and editors do not see what `__getattr__` below imports
    from kvae.recipes.resume import resume
    from kvae.recipes.train import train

__all__ = [
    "Between",
    "Count",
    "FilePath",
    "ImageLikelihood",
    "Limit",
    "NonNegative",
    "Objective",
    "OneOf",
    "Positive",
    "Recipe",
    "Search",
    "Training",
    "Upsampling",
    "Width",
    "beta_of",
    "copy",
    "files",
    "load",
    "load_recorded",
    "names",
    "resume",
    "run_folder",
    "train",
]


if not TYPE_CHECKING:  # so that a type checker finds a misspelled name

    def __getattr__(attribute):
        if attribute in ("train", "resume"):  # they import Keras; `kvae list` must not
            return getattr(importlib.import_module(f"kvae.recipes.{attribute}"), attribute)
        raise AttributeError(f"module 'kvae.zoo' has no attribute {attribute!r}")
