"""A type checker sees what `import kvae` offers, and finds misspelled names in a user's program."""

import ast
import importlib.util
import inspect
import re
import subprocess
import sys
from pathlib import Path

import keras
import pytest

import kvae

ROOT = Path(__file__).parent.parent

PROGRAM = """
import kvae
from kvae.zoo import train

dataset = kvae.data.load("digits")
vae = kvae.models.VAE(kvae.networks.mlp(dataset.shape, 16), kvae.networks.mlp(8, dataset.shape), beta=2.0)
vae.compile("adam")
vae.fit(dataset.train.x, epochs=1)
vae.beta.assign(1.0)
vae.sample(3, seed=0).mean()
kvae.from_preset("digits/vae").sample(3)
kvae.open_trained("digits/vae").evaluate()
train("digits/vae", {"training.epochs": 1}).metrics

vae.smaple(3)  # wrong
vae.sample("3")  # wrong
vae.fitt(dataset.train.x)  # wrong
dataset.trian  # wrong
kvae.modles  # wrong
kvae.from_presets("digits/vae")  # wrong
kvae.open_trained("digits/vae").evalaute()  # wrong
train("digits/vae", epochs=1)  # wrong
"""


@pytest.fixture
def package(tmp_path):
    """A folder that holds the package as an installation does. A type checker cannot follow an editable installation."""
    folder = tmp_path / "installed" / "kvae"
    folder.mkdir(parents=True)
    for source in [*(ROOT / "kvae").iterdir(), ROOT / "zoo", ROOT / "cli", ROOT / "weights"]:
        (folder / source.name).symlink_to(source)
    return folder.parent


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the types do not depend on the backend")
def test_type_checker_reports_the_wrong_lines_of_a_program_and_no_other(tmp_path, package):
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    # With the configuration of `make lint`, mypy finds the types of kvae in the cache that `make lint` has filled.
    options = ["--config-file", str(ROOT / "pyproject.toml"), "--python-executable", sys.executable]
    command = [sys.executable, "-m", "mypy", *options, "program.py"]
    result = subprocess.run(
        command, cwd=tmp_path, env={"MYPYPATH": str(package), "PATH": ""}, capture_output=True, text=True
    )
    reported = {int(line) for line in re.findall(r"^program.py:(\d+): error", result.stdout, re.MULTILINE)}
    wrong = {number for number, line in enumerate(PROGRAM.splitlines(), 1) if "# wrong" in line}
    assert reported == wrong, result.stdout + result.stderr


def test_names_for_type_checkers_are_those_that_kvae_offers():
    tree = ast.parse(Path(kvae.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    imported = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert imported | {"__version__"} == set(kvae.__all__)
    assert all(hasattr(kvae, name) for name in kvae.__all__)


def test_stub_of_keras_model_agrees_with_keras():
    stub = Path(importlib.util.find_spec("kvae.training.keras_model").origin).with_suffix(".pyi")
    (model,) = [node for node in ast.parse(stub.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef)]
    methods = [node for node in model.body if isinstance(node, ast.FunctionDef)]
    assert len(methods) > 50
    for method in methods:
        assert hasattr(keras.Model, method.name), method.name
        if not method.decorator_list and method.args.kwarg is None:
            declared = [argument.arg for argument in method.args.args]
            assert declared == _parameters(method.name)[: len(declared)], method.name


def _parameters(method: str) -> list[str]:
    return list(inspect.signature(getattr(keras.Model, method)).parameters)
