"""Tests run on the backend of KERAS_BACKEND (TensorFlow when it is not set); `make test` runs them on all three."""

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import contextlib
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
import pytest

from kvae.files import locked

BACKENDS = ("tensorflow", "jax", "torch")
ROOT = Path(__file__).parent.parent
_STATE = tempfile.TemporaryDirectory()
os.environ["XDG_STATE_HOME"] = _STATE.name  # the recipe files that tests name do not belong in the user's record
_REAL = os.environ.get("KVAE_DATA")  # read here, because tests change the variable


def environment(backend: str = os.environ["KERAS_BACKEND"], **variables) -> dict[str, str]:
    """Return the environment variables of a process on `backend`.

    On JAX and PyTorch an empty module hides TensorFlow, as if it were not installed. Keras would import it, which takes
    seconds.
    """
    absent = {} if backend == "tensorflow" else {"PYTHONPATH": str(ROOT / "tests" / "fixtures" / "no_tensorflow")}
    return {**os.environ, "KERAS_BACKEND": backend, **absent, **variables}


@contextlib.contextmanager
def locked_by_another(file: Path):
    """Hold the lock `file` in another thread, as another process would."""
    lock = locked(file)
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lock.__enter__).result()
        yield
        thread.submit(lock.__exit__, None, None, None).result()


def draw_initial_weights_with_numpy():
    """Make Keras draw initial weights with NumPy.

    JAX compiles a generator for each shape of a weight, which takes half of the time of tests with small networks.
    """
    from keras.src.initializers import random_initializers

    class Random:
        make_default_seed, SeedGenerator = keras.src.backend.random.make_default_seed, keras.random.SeedGenerator
        truncated_normal = staticmethod(keras.random.truncated_normal)

        @staticmethod
        def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
            drawn = np.random.default_rng(seed).uniform(minval, maxval, shape)
            return keras.ops.convert_to_tensor(drawn.astype("float32"), dtype)

        @staticmethod
        def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
            drawn = np.random.default_rng(seed).normal(mean, stddev, shape)
            return keras.ops.convert_to_tensor(drawn.astype("float32"), dtype)

    random_initializers.random = Random


if keras.backend.backend() == "jax":
    draw_initial_weights_with_numpy()


def pytest_collection_modifyitems(items):
    """Begin with the slow tests. Otherwise one process could run them alone in the end, while the other is idle."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_runtest_setup(item):
    """Set the same random state before each test and the fixtures that are made for it."""
    keras.utils.set_random_seed(0)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def run_python():
    """A function that runs Python code in a new process, on any backend, and returns its standard output."""

    def run(code: str, **variables) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment(**variables), capture_output=True, text=True, cwd=ROOT
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    return run


@pytest.fixture
def real(tmp_path_factory, monkeypatch) -> Path:
    """The folder of real data. All tests share one cache of its prepared images."""
    if not _REAL:
        pytest.skip("KVAE_DATA is not set: it names the folder with the real data sets")
    monkeypatch.setenv("KVAE_DATA", _REAL)
    monkeypatch.setenv("KVAE_CACHE", str(tmp_path_factory.getbasetemp() / "real-cache"))
    return Path(_REAL)
