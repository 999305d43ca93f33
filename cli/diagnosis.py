"""The diagnosis of an installation: versions, backends and their devices, and data that are found or missing."""

import importlib
import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import kvae
from kvae import data
from kvae.cli import environment
from kvae.errors import UserError, first_line
from kvae.version import __version__, version_of

MISSING, PROBLEM = "missing", "problem"

EXTRAS = {
    "explore": "gradio",
    "hub": "huggingface_hub",
    "mlflow": "mlflow",
    "tf2onnx": "tf2onnx",
    "tfds": "tensorflow-datasets",
    "trackio": "trackio",
    "tune": "keras-tuner",
    "wandb": "wandb",
}
"""The package of each extra that adds an ability. The other extras are backends and tools of kvae's own tests."""


class Finding(NamedTuple):
    """A row of the diagnosis.

    kind: "package", "backend", "extra" or "data".
    state: a version, "available", "missing" or "problem".
    note: a location, or the next step.
    """

    kind: str
    name: str
    state: str
    note: str = ""


def diagnose(backend: str | None = None) -> list[Finding]:
    """Return all findings about this installation.

    Only the backend that commands would choose, or `backend`, is imported, because its devices are listed.
    """
    return [*_packages(), *_backends(backend), *_extras(), *_data()]


def _packages() -> Iterator[Finding]:
    yield Finding("package", "kvae", __version__, str(Path(kvae.__file__).parent))
    yield Finding("package", "python", platform.python_version())
    for package in ("keras", "numpy"):
        yield Finding("package", package, version_of(package) or MISSING)


def _backends(wanted: str | None) -> Iterator[Finding]:
    """Yield the backends, and a problem if none of them can be chosen."""
    chosen, problem = None, None
    try:
        chosen = environment.prepare(wanted)
    except UserError as error:
        problem = str(error)
    for name in environment.BACKENDS:
        if not environment.is_installed(name):
            yield Finding("backend", name, MISSING, f'pip install "kvae-zoo[{name}]"')
        elif name == chosen:
            yield _chosen(name)
        else:
            yield Finding("backend", name, version_of(name) or "installed", f"--backend {name} chooses it")
    if problem:
        yield Finding("backend", wanted or os.environ.get("KERAS_BACKEND") or "none", PROBLEM, problem)


def _chosen(name: str) -> Finding:
    """Return the chosen backend with its devices, or the reason why it cannot be imported."""
    try:
        environment.import_keras()
        devices = importlib.import_module("kvae.backends").device_names()
    except Exception as error:  # a broken installation may raise anything
        return Finding("backend", name, PROBLEM, f"The import failed: {first_line(error)}")
    return Finding("backend", name, version_of(name) or "installed", f"chosen; devices: {', '.join(devices)}")


def _extras() -> Iterator[Finding]:
    for extra, package in EXTRAS.items():
        version = version_of(package)
        yield Finding("extra", extra, version or MISSING, package if version else f'pip install "kvae-zoo[{extra}]"')


def _data() -> Iterator[Finding]:
    for name in data.names():
        entry = data.describe(name)
        if entry["available"]:
            yield Finding("data", name, "available", entry["folder"] or entry["origin"])
        else:
            yield Finding("data", name, MISSING, entry["download"] or "kvae data says how to get it")
