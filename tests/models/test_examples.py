"""The examples in the docstrings of the models."""

import doctest
import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import kvae.models
from kvae.training import Model

MODULES = [
    importlib.import_module(f"kvae.models.{info.name}")
    for info in pkgutil.iter_modules(kvae.models.__path__)
    if not info.ispkg
]
CLASSES = [
    cls
    for module in MODULES
    for cls in vars(module).values()
    if inspect.isclass(cls) and issubclass(cls, Model) and cls.__module__ == module.__name__
]


def test_examples_cover_every_model_class():
    assert {cls.__name__ for cls in CLASSES} >= {"Autoencoder", "CSVAE", "IWAE", "MultiEncoder", "VAE", "VAEGAN"}
    assert len(CLASSES) == 18


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_example_of_a_model_class_runs(cls):
    (test,) = doctest.DocTestFinder(recurse=False).find(cls, cls.__name__, globs={"np": np, cls.__name__: cls})
    assert test.examples, f"{cls.__name__} has no example"
    assert cls.__doc__.rstrip().endswith(test.examples[-1].want.strip()), "the example is not at the end"
    result = doctest.DocTestRunner().run(test)
    assert result.failed == 0
