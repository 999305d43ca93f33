"""The import of Keras with the chosen backend, and without the others."""

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Iterator

BACKENDS = ("tensorflow", "jax", "torch")


def import_keras() -> None:
    """Import Keras and the backend that KERAS_BACKEND names, and no other backend.

    Keras itself imports JAX on every backend, and TensorFlow for setting seeds and for saving, if they are installed. This
    takes seconds and changes no result. They are hidden until Keras has looked for them. A recipe can still import them.
    """
    if "keras" in sys.modules:
        return
    with others_hidden():
        keras = importlib.import_module("keras")
        numpy = importlib.import_module("numpy")
        keras.saving.serialize_keras_object(numpy.float32())  # Keras looks for TensorFlow here, once


@contextlib.contextmanager
def others_hidden() -> Iterator[None]:
    """Make imports of the backends that were not chosen fail, as if they were not installed.

    A package that is imported already is not affected.
    """
    finder = _Absent(frozenset(BACKENDS) - {os.environ.get("KERAS_BACKEND")})
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """An import hook that refuses to import `packages`.

    None in `sys.modules` would do the same, but scipy takes every name in `sys.modules` for an imported package.
    """

    def __init__(self, packages: frozenset[str]):
        self.packages = packages

    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self) if name in self.packages else None

    def create_module(self, spec):
        raise ImportError(f"{spec.name} is not the chosen backend", name=spec.name)
