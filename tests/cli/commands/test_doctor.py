"""`kvae doctor`: versions, backends, devices and data."""

import json
import os
import re
import sys
import tomllib

import keras
import pytest

from kvae import data
from kvae.cli import diagnosis, environment
from kvae.version import __version__
from tests.conftest import ROOT
from tests.data.test_mnist import write_mnist

BACKEND = os.environ["KERAS_BACKEND"]


def test_doctor_lists_versions_backends_and_data(kvae, kvae_json, tmp_path):
    write_mnist(tmp_path / "sets" / "mnist", zipped=True)
    findings = {finding["name"]: finding for finding in kvae_json("doctor", "--data-dir", tmp_path / "sets")}
    assert findings["kvae"]["state"] == __version__
    assert findings["keras"]["state"] == keras.__version__
    assert findings[BACKEND]["kind"] == "backend"
    assert findings[BACKEND]["note"].startswith("chosen; devices: cpu")
    assert findings["mnist"] == {
        "kind": "data",
        "name": "mnist",
        "state": "available",
        "note": str(tmp_path / "sets" / "mnist"),
    }
    assert findings["cifar10"]["state"] == "missing"
    assert findings["cifar10"]["note"] == "kvae data get cifar10"
    assert findings["celeba"]["note"] == "kvae data says how to get it"
    assert findings["digits"]["note"] == "part of scikit-learn"
    assert set(data.names()) <= set(findings)
    table = kvae("doctor").out.splitlines()
    assert table[0].split() == ["kind", "name", "state", "note"]
    assert len(table) == 1 + len(findings)


def test_doctor_imports_the_chosen_backend_only(run_python):
    code = """
import sys
from kvae.cli.app import app
try:
    app(["doctor", "--json"], prog_name="kvae")
except SystemExit as end:
    assert not end.code
print(*sorted({"jax", "tensorflow", "torch"} & set(sys.modules)))
"""
    assert run_python(code, PYTHONPATH="").splitlines()[-1] == BACKEND


def test_doctor_without_a_backend_names_the_package_and_fails(kvae, monkeypatch):
    monkeypatch.setattr(environment, "is_installed", lambda name: False)
    monkeypatch.delitem(sys.modules, "keras")
    monkeypatch.delenv("KERAS_BACKEND")
    result = kvae("doctor", "--json")
    found = [finding for finding in json.loads(result.out) if finding["kind"] == "backend"]
    assert result.code == 1
    assert [finding["state"] for finding in found] == ["missing", "missing", "missing", "problem"]
    assert found[0]["note"] == 'pip install "kvae-zoo[tensorflow]"'
    assert found[-1]["note"].startswith("Expected one of tensorflow, jax, torch to be installed.")


def test_doctor_reports_a_backend_that_cannot_be_imported(kvae, monkeypatch):
    def broken():
        raise ImportError("libcudart.so.12: cannot open shared object file")

    monkeypatch.setattr(environment, "import_keras", broken)
    result = kvae("doctor")
    assert result.code == 1
    assert re.search(f"{BACKEND} +problem +The import failed: libcudart.so.12: cannot open", result.out)


@pytest.mark.parametrize("extra", diagnosis.EXTRAS)
def test_extra_of_doctor_has_its_package_in_pyproject(extra):
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert any(requirement.startswith(diagnosis.EXTRAS[extra]) for requirement in extras[extra])
