"""What must be settled before Keras is imported: the backend, and who may write to the terminal."""

import contextlib
import importlib.util
import logging
import os
import sys
import warnings
from collections.abc import Iterator

from kvae.errors import UserError

BACKENDS = ("tensorflow", "jax", "torch")


def prepare(backend: str | None = None) -> str:
    """Settles the backend of this process and quietens start-up chatter; returns the backend's name.

    The order: `backend`, the backend of a Keras that is already imported, KERAS_BACKEND, the first installed
    of `BACKENDS`. It is passed on as KERAS_BACKEND, which Keras prefers to its own configuration file.
    """
    loaded = sys.modules["keras"].backend.backend() if "keras" in sys.modules else None
    name = str(backend or loaded or os.environ.get("KERAS_BACKEND") or _first_installed())
    if name not in BACKENDS:
        raise UserError(
            f"Expected a backend among {', '.join(BACKENDS)}. Received: KERAS_BACKEND={name}. "
            "Change it, or give --backend."
        )
    if not _is_installed(name):
        raise UserError(
            f"Expected an installed backend. Received: {name}, which is not installed. "
            f'Install it: pip install "kvae-zoo[{name}]"'
        )
    if loaded not in (None, name):
        raise UserError(
            f"Expected {loaded}, the backend of the Keras that is imported. Received: backend={name}. "
            "Begin a new process."
        )
    os.environ["KERAS_BACKEND"] = name
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    _log_to_stderr()
    return name


def import_keras(whole: bool = False) -> None:
    """Imports Keras and its backend without start-up chatter, and, if `whole`, what else it imports to train and to save.

    TensorFlow's libraries write to standard error before they read any setting that would stop them.
    """
    with _descriptor_to_nowhere(2):
        importlib.import_module("keras")
        if whole:
            with contextlib.suppress(ImportError):  # Keras seeds it and asks it where it can, whatever the backend
                importlib.import_module("tensorflow")


@contextlib.contextmanager
def _descriptor_to_nowhere(descriptor: int) -> Iterator[None]:
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
    """What the library has to say while it works goes to stderr in plain lines: stdout belongs to figures."""
    logger = logging.getLogger("kvae")
    if not logger.handlers:
        logger.addHandler(_Stderr())
        logger.setLevel(logging.INFO)
    # A search builds model after model, each with functions of its own, which TensorFlow takes for one traced anew.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    warnings.formatwarning = lambda message, category, filename, lineno, line=None: f"Warning: {message}\n"


class _Stderr(logging.Handler):
    """Whatever stderr is when a line is written; a progress bar redirects it."""

    def emit(self, record):
        print(self.format(record), file=sys.stderr)
