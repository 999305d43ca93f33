"""Tests run on the backend of KERAS_BACKEND (TensorFlow when it is not set); `make test` runs them on all three."""

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

BACKENDS = ("tensorflow", "jax", "torch")
ROOT = Path(__file__).parent.parent


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def run_python():
    """Runs Python code in a process of its own, on a backend of choice; returns what it printed."""

    def run(code: str, backend: str | None = None, **environment) -> str:
        env = {**os.environ, **environment}
        if backend:
            env["KERAS_BACKEND"] = backend
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    return run
