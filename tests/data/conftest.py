"""Fixtures of the tests of data. Each test has a new cache, home and data folder."""

import builtins
import errno
import io
import math
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kvae.images import processes


@pytest.fixture(autouse=True)
def cache_folder(tmp_path, monkeypatch) -> Path:
    """Set new folders for the cache, the data and the home of the user, and return that of the cache."""
    monkeypatch.setenv("KVAE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KVAE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TFDS_DATA_DIR", raising=False)
    monkeypatch.setattr(processes, "ALONE", math.inf)  # images are decoded where a test can observe it
    return tmp_path / "cache"


@pytest.fixture
def data_dir(tmp_path) -> Path:
    """Return an empty folder, named by KVAE_DATA."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def paint():
    """Return paint(path, color, size), which writes an image of one colour, lossless if the suffix allows it."""

    def write(path: Path, color=(10, 20, 30), size=(8, 8)):
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((*size[::-1], 3), color, np.uint8)).save(path)
        return path

    return write


@pytest.fixture
def forbid(monkeypatch):
    """Return forbid(path), which removes the permission to read a path, or simulates that for root."""
    forbidden = []

    def guarded(function):
        def call(path, *args, **kwargs):
            if isinstance(path, str | os.PathLike) and Path(path) in forbidden:
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return function(path, *args, **kwargs)

        return call

    def forbid(path: Path):
        forbidden.append(path)
        if os.geteuid() != 0:
            path.chmod(0)
            return
        for module, name in ((builtins, "open"), (io, "open"), (os, "scandir")):
            monkeypatch.setattr(module, name, guarded(getattr(module, name)))

    yield forbid
    for path in forbidden:
        path.chmod(0o755)
