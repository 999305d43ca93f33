"""Settings that must precede the import of Keras: the backend, and the messages of libraries on the terminal."""

import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import logging
import os
import sys
import warnings
from collections.abc import Iterable, Iterator

from kvae.cli.output import printable_lines
from kvae.errors import UserError, printable

BACKENDS = ("tensorflow", "jax", "torch")


def prepare(backend: str | None = None) -> str:
    """Choose the backend of this process, silence start-up messages, and return the name of the backend.

    The first of these that is given decides: `backend`, the backend of a Keras that is already imported, KERAS_BACKEND, the
    first of `BACKENDS` that is installed. The choice is stored in KERAS_BACKEND, which Keras prefers to its configuration
    file.
    """
    loaded = sys.modules["keras"].backend.backend() if "keras" in sys.modules else None
    name = str(backend or loaded or os.environ.get("KERAS_BACKEND") or _first_installed())
    if name not in BACKENDS:
        raise UserError(
            f"Expected a backend among {', '.join(BACKENDS)}. Received: KERAS_BACKEND={name}. "
            "Change it, or use --backend."
        )
    if not _is_installed(name):
        raise UserError(
            f"Expected an installed backend. Received: {name}, which is not installed. "
            f'Install it: pip install "kvae-zoo[{name}]"'
        )
    if loaded not in (None, name):
        raise UserError(
            f"Expected {loaded}, the backend of the Keras that is imported. Received: backend={name}. "
            "Start a new process."
        )
    os.environ["KERAS_BACKEND"] = name
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    _log_to_stderr()
    return name


def import_keras() -> None:
    """Import Keras and the chosen backend without start-up messages, and no other backend.

    Keras itself imports JAX on every backend, and TensorFlow for setting seeds and for saving, if they are installed. This
    takes seconds and changes no result. They are hidden until Keras has looked for them. A recipe can still import them.

    TensorFlow's libraries write to standard error before they read any setting that would stop them.
    """
    if "keras" in sys.modules:
        return
    backend = os.environ.get("KERAS_BACKEND", "its backend")
    with announced(f"Importing Keras and {backend}"), _silenced(2), _hidden(set(BACKENDS) - {backend}):
        keras = importlib.import_module("keras")
        numpy = importlib.import_module("numpy")
        keras.saving.serialize_keras_object(numpy.float32())  # Keras looks for TensorFlow here, once


@contextlib.contextmanager
def announced(work: str) -> Iterator[None]:
    """Name the work of the block on a terminal, because it may take seconds, and remove the line at the end."""
    if not sys.stderr.isatty():
        yield
        return
    print(f"{work} …", end="\r", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        print(end="\r\033[K", file=sys.stderr, flush=True)


@contextlib.contextmanager
def _hidden(packages: Iterable[str]) -> Iterator[None]:
    """Make imports of `packages` fail, as if they were not installed. A package that is imported already is not affected."""
    finder = _Absent(packages)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """An import hook that refuses to import `packages`.

    None in `sys.modules` would do the same, but scipy takes every name in `sys.modules` for an imported package.
    """

    def __init__(self, packages: Iterable[str]):
        self.packages = frozenset(packages)

    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self) if name in self.packages else None

    def create_module(self, spec):
        raise ImportError(f"{spec.name} is not the chosen backend", name=spec.name)


@contextlib.contextmanager
def _silenced(descriptor: int) -> Iterator[None]:
    """Discard what is written to a file descriptor."""
    kept = os.dup(descriptor)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), descriptor)
        yield
    finally:
        os.dup2(kept, descriptor)
        os.close(kept)


def _first_installed() -> str:
    for name in BACKENDS:
        if _is_installed(name):
            return name
    raise UserError(
        f"Expected one of {', '.join(BACKENDS)} to be installed. Received: none. "
        'Install one: pip install "kvae-zoo[tensorflow]"'
    )


def _is_installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _log_to_stderr() -> None:
    """Print messages of the library on stderr, because stdout is for results."""
    logger = logging.getLogger("kvae")
    if not logger.handlers:
        logger.addHandler(_Stderr())
        logger.setLevel(logging.INFO)
    # A search builds one model after another. TensorFlow warns that their functions were traced again.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    warnings.formatwarning = lambda message, category, filename, lineno, line=None: (
        f"Warning: {printable(str(message))}\n"
    )


class _Stderr(logging.Handler):
    """A handler that writes to the present stderr, which a progress bar redirects."""

    def emit(self, record):
        print(printable_lines(self.format(record)), file=sys.stderr)
