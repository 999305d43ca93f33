"""The choice of the backend before Keras is imported."""

import os
import subprocess
import sys
from unittest.mock import MagicMock

import pytest

from kvae.cli import environment
from kvae.errors import UserError


@pytest.fixture
def install(monkeypatch):
    """A function that sets the installed backends, in a process that has not imported Keras."""
    monkeypatch.setenv("KERAS_BACKEND", "")
    monkeypatch.delitem(sys.modules, "keras", raising=False)

    def only(*names):
        monkeypatch.setattr(environment, "is_installed", lambda name: name in names)

    only("tensorflow", "jax", "torch")
    return only


def test_prepare_takes_the_first_installed_backend(install):
    install("torch", "jax")
    assert environment.prepare() == "jax"


def test_prepare_prefers_the_variable_to_installed_backends(install, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert environment.prepare() == "torch"


def test_prepare_prefers_the_option_to_the_variable(install, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert environment.prepare("jax") == os.environ["KERAS_BACKEND"] == "jax"


def test_prepare_missing_backend_names_the_package(install):
    install("tensorflow")
    with pytest.raises(UserError, match=r'torch, which is not installed.*pip install "kvae-zoo\[torch\]"'):
        environment.prepare("torch")


def test_prepare_without_any_backend_names_a_package(install):
    install()
    with pytest.raises(UserError, match=r'pip install "kvae-zoo\[tensorflow\]"'):
        environment.prepare()


def test_prepare_unknown_backend_is_refused(install, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "numpy")
    with pytest.raises(UserError, match="KERAS_BACKEND=numpy"):
        environment.prepare()


def test_prepare_keeps_the_backend_of_an_imported_keras(monkeypatch):
    import keras

    own = keras.backend.backend()
    other = next(name for name in environment.BACKENDS if name != own)
    monkeypatch.setattr(environment, "is_installed", lambda name: True)
    monkeypatch.setenv("KERAS_BACKEND", other)
    assert environment.prepare() == own
    with pytest.raises(UserError, match=f"Received: backend={other}"):
        environment.prepare(other)


def test_import_keras_says_so_on_a_terminal_only(monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.setattr(environment.one_backend, "import_keras", MagicMock())
    environment.import_keras()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    environment.import_keras()
    said = capsys.readouterr().err
    assert said.startswith("Importing Keras and ")
    assert said.endswith("\r\033[K")


def test_import_keras_ignores_the_configuration_file(run_python, tmp_path):
    (tmp_path / "keras.json").write_text('{"backend": "torch"}')
    code = """
from kvae.cli import environment
environment.prepare("jax")
environment.import_keras()
import keras
print(keras.backend.backend())
"""
    assert run_python(code, KERAS_HOME=str(tmp_path), KERAS_BACKEND="tensorflow") == "jax\n"


def test_command_imports_one_backend(run_python, tmp_path):
    """Keras would import JAX with itself, and TensorFlow to set seeds and to save a model."""
    name = os.environ["KERAS_BACKEND"]
    code = f"""
import sys
sys.argv = ["kvae", "sample", "digits/vae", "-n", "1", "--out", {str(tmp_path / "samples.png")!r}]
from kvae.cli.app import app
try:
    app(prog_name="kvae")
except SystemExit as end:
    assert not end.code
import keras, kvae
kvae.from_preset("digits/vae").save({str(tmp_path / "model.keras")!r})
keras.utils.set_random_seed(0)
print(*sorted({{"jax", "tensorflow", "torch"}} & set(sys.modules)))
"""
    assert run_python(code, PYTHONPATH="").splitlines()[-1] == name


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (["sample", "digits/vae"], "Importing Keras"),
        (["evaluate", "digits/vae"], "Looking for the data"),
        (["train", "digits/vae"], "Loading the data of digits/vae"),
        (["train", "mnist/vae"], "Loading the recipe"),
    ],
)
def test_command_names_its_work_on_a_terminal_before_anything_heavy_is_imported(command, line, tmp_path):
    ours, its = os.openpty()
    process = subprocess.Popen([sys.executable, "-X", "importtime", "-m", "kvae", *command], stderr=its, cwd=tmp_path)
    try:
        said = b""
        while line.encode() not in said:
            said += os.read(ours, 10_000)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(its)
    assert "kvae …".encode() in said.partition(b"pydantic")[0]
    imported = {words[-1].strip() for row in said.decode().splitlines() if len(words := row.split("|")) == 3}
    assert "typer" in imported
    assert not {"keras", "sklearn", "torch", "jax", "tensorflow"} & imported
