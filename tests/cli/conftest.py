"""The command line in this process, and small trained runs that tests share."""

import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

from kvae import data, zoo
from kvae.cli.app import app


@pytest.fixture
def kvae(tmp_path, monkeypatch):
    """A function that runs `kvae ARGUMENTS` in an empty folder without data. A traceback fails the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KVAE_DATA", str(tmp_path / "no-data"))
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "no-tfds"))
    monkeypatch.setenv("HOME", str(tmp_path))

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["kvae", *map(str, arguments)])
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="kvae")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return SimpleNamespace(code=result.exit_code, out=result.stdout, err=result.stderr)

    return run


@pytest.fixture
def kvae_json(kvae):
    """A function that runs `kvae ARGUMENTS --json` and returns the value. Stdout must be one JSON value and nothing else."""

    def run(*arguments):
        result = kvae(*arguments, "--json")
        assert result.code == 0, result.err
        return json.loads(result.out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))

    return run


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A run of digits/vae with two epochs. Tests must not change it."""
    folder = tmp_path_factory.mktemp("trained") / "run"
    return zoo.train("digits/vae", {"epochs": 2}, out=folder).path


@pytest.fixture
def run(trained, tmp_path):
    """A copy of `trained` that a test may change."""
    return shutil.copytree(trained, tmp_path / "run")


@pytest.fixture(scope="session")
def points(tmp_path_factory):
    """A run of swiss_roll/csvae with one epoch, whose data are points. Tests must not change it."""
    folder = tmp_path_factory.mktemp("points") / "run"
    return zoo.train("swiss_roll/csvae", {"epochs": 1, "data.n": 1000, "model.hidden": (8,)}, out=folder).path


@pytest.fixture
def no_data(monkeypatch):
    """Fail the test if it loads data."""
    monkeypatch.setattr(data, "load", lambda name, **options: pytest.fail(f"{name} is loaded"))


ATTRIBUTES = '''
"""A CondVAE of digits with two attributes."""

import dataclasses

import kvae
import numpy as np
from kvae.data import Split
from kvae.zoo import Training


def data():
    digits = kvae.data.load("digits")
    parts = {part: getattr(digits, part) for part in ("train", "validation", "test")}
    parts = {part: Split(s.x, np.stack([s.y % 2 == 0, s.y < 5], axis=1).astype("uint8")) for part, s in parts.items()}
    return dataclasses.replace(digits, **parts, label_names=("even", "small"))


def model(dataset):
    mlp = kvae.networks.mlp
    encoder, decoder = mlp(dataset.shape, 6, (32,), label_units=2), mlp(3 + 2, dataset.shape, (32,))
    return kvae.models.CondVAE(encoder, decoder, kvae.distributions.BinaryLabels(2))


def training():
    return Training(3, 64, "adam")
'''

CLASSES = '''
"""A CSVAE of digits and their classes, with two units z and one unit w."""

import kvae
from kvae.zoo import Training
from kvae.zoo.digits.vae import data


def model(dataset):
    mlp = kvae.networks.mlp
    return kvae.models.CSVAE(
        encoder=mlp(dataset.shape, 4, (32,)),
        label_encoder=mlp(dataset.shape, 2, (32,), label_units=10),
        label_prior=mlp(10, 2),
        decoder=mlp(3, dataset.shape, (32,)),
        adversary=None,
        labels=kvae.distributions.ClassLabels(10),
    )


def training():
    return Training(3, 64, "adam")
'''


CLASSIFIER = '''
"""A classifier of digits."""

import kvae
from kvae.zoo import Training
from kvae.zoo.digits.vae import data


def model(dataset):
    return kvae.models.Classifier(kvae.networks.mlp(dataset.shape, 10, (64,)), kvae.distributions.ClassLabels(10))


def training():
    return Training(3, 64, "adam")
'''


def _train(folder, recipe):
    (folder / "recipe.py").write_text(recipe)
    return zoo.train(str(folder / "recipe.py"), out=folder / "run").path


@pytest.fixture(scope="session")
def attributes(tmp_path_factory):
    """A run of a CondVAE with the attributes even and small. Tests must not change it."""
    return _train(tmp_path_factory.mktemp("attributes"), ATTRIBUTES)


@pytest.fixture(scope="session")
def classes(tmp_path_factory):
    """A run of a CSVAE with the classes 0 to 9. Tests must not change it."""
    return _train(tmp_path_factory.mktemp("classes"), CLASSES)


@pytest.fixture(scope="session")
def classifier(tmp_path_factory):
    """A run of a classifier. Tests must not change it."""
    return _train(tmp_path_factory.mktemp("classifier"), CLASSIFIER)


@pytest.fixture
def held_out():
    """The test digits as models take them, and their two attributes."""
    test = data.load("digits").test
    return test.x / np.float32(255), np.stack([test.y % 2 == 0, test.y < 5], axis=1).astype("uint8")


@pytest.fixture
def held_out_classes():
    """The test digits as models take them, and their classes."""
    test = data.load("digits").test
    return test.x / np.float32(255), test.y
