"""The backend is settled before Keras is imported."""

import sys

import pytest

from kvae.cli import environment
from kvae.errors import UserError


@pytest.fixture
def fresh(monkeypatch):
    """A process that has not imported Keras, with the backends installed that a test names."""
    monkeypatch.setenv("KERAS_BACKEND", "")
    monkeypatch.delitem(sys.modules, "keras", raising=False)

    def install(*names):
        monkeypatch.setattr(environment, "_is_installed", lambda name: name in names)

    install("tensorflow", "jax", "torch")
    return install


def test_the_first_installed_is_taken(fresh):
    fresh("torch", "jax")
    assert environment.prepare() == "jax"


def test_the_variable_goes_before_what_is_installed(fresh, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert environment.prepare() == "torch"


def test_the_option_goes_before_the_variable(fresh, monkeypatch):
    import os

    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert environment.prepare("jax") == os.environ["KERAS_BACKEND"] == "jax"


def test_an_absent_backend_names_what_to_install(fresh):
    fresh("tensorflow")
    with pytest.raises(UserError, match=r'torch, which is not installed.*pip install "kvae-zoo\[torch\]"'):
        environment.prepare("torch")


def test_without_any_backend(fresh):
    fresh()
    with pytest.raises(UserError, match=r'pip install "kvae-zoo\[tensorflow\]"'):
        environment.prepare()


def test_a_backend_that_is_not_ours(fresh, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "numpy")
    with pytest.raises(UserError, match="KERAS_BACKEND=numpy"):
        environment.prepare()


def test_a_keras_that_is_imported_keeps_its_backend(monkeypatch):
    import keras

    own = keras.backend.backend()
    other = next(name for name in environment.BACKENDS if name != own)
    monkeypatch.setattr(environment, "_is_installed", lambda name: True)
    monkeypatch.setenv("KERAS_BACKEND", other)
    assert environment.prepare() == own
    with pytest.raises(UserError, match=f"Received: backend={other}"):
        environment.prepare(other)


def test_keras_is_imported_on_it_whatever_its_file_says(run_python, tmp_path):
    (tmp_path / "keras.json").write_text('{"backend": "torch"}')
    code = """
from kvae.cli import environment
environment.prepare("jax")
environment.import_keras()
import keras
print(keras.backend.backend())
"""
    assert run_python(code, KERAS_HOME=str(tmp_path), KERAS_BACKEND="tensorflow") == "jax\n"
