"""Settings that must precede the import of Keras: the backend, and the messages of libraries on the terminal."""

import contextlib
import importlib.util
import logging
import os
import sys
import warnings
from collections.abc import Iterator

from kvae import one_backend
from kvae.cli.output import printable_lines
from kvae.errors import UserError, printable
from kvae.one_backend import BACKENDS


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
    if not is_installed(name):
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
    """Import Keras and the chosen backend without start-up messages, and no other backend (`kvae.one_backend`).

    TensorFlow's libraries write to standard error before they read any setting that would stop them.
    """
    if "keras" not in sys.modules:
        with announced(f"Importing Keras and {os.environ.get('KERAS_BACKEND', 'its backend')}"), _silenced(2):
            one_backend.import_keras()


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
        if is_installed(name):
            return name
    raise UserError(
        f"Expected one of {', '.join(BACKENDS)} to be installed. Received: none. "
        'Install one: pip install "kvae-zoo[tensorflow]"'
    )


def is_installed(name: str) -> bool:
    """Return True if the module of a backend is found. It is not imported."""
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
