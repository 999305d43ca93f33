"""The command line in this process, and one small trained run that all tests look at."""

import json
import shutil
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from kvae import zoo
from kvae.cli.app import app


@pytest.fixture
def kvae(tmp_path, monkeypatch):
    """Runs `kvae ARGUMENTS` in an empty folder without data; a traceback fails the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KVAE_DATA", str(tmp_path / "no-data"))
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "no-tfds"))
    monkeypatch.setenv("HOME", str(tmp_path))

    def run(*arguments):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="kvae")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return SimpleNamespace(code=result.exit_code, out=result.stdout, err=result.stderr)

    return run


@pytest.fixture
def kvae_json(kvae):
    """Runs `kvae ARGUMENTS --json`; stdout must be one JSON value and nothing else."""

    def run(*arguments):
        result = kvae(*arguments, "--json")
        assert result.code == 0, result.err
        return json.loads(result.out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))

    return run


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A run of digits/vae with two epochs; not to be changed."""
    folder = tmp_path_factory.mktemp("trained") / "run"
    return zoo.train("digits/vae", {"epochs": 2}, out=folder).path


@pytest.fixture
def run(trained, tmp_path):
    """A copy of `trained` to change."""
    return shutil.copytree(trained, tmp_path / "run")


@pytest.fixture(scope="session")
def points(tmp_path_factory):
    """A run of swiss_roll/csvae, whose data are points and not pictures, with one epoch; not to be changed."""
    folder = tmp_path_factory.mktemp("points") / "run"
    return zoo.train("swiss_roll/csvae", {"epochs": 1, "data.n": 1000, "model.hidden": (8,)}, out=folder).path


@pytest.fixture
def no_data(monkeypatch):
    """Whoever asks for data fails the test."""
    from kvae import data

    monkeypatch.setattr(data, "load", lambda name, **options: pytest.fail(f"{name} is loaded"))
