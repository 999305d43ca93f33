"""Documents that name a test after each promise name tests that exist."""

import json
import re

import pytest

import kvae
from kvae import weights, zoo
from tests.conftest import ROOT


@pytest.mark.parametrize("document", ["SECURITY.md", "README.md"])
def test_tests_that_a_document_names_exist(document):
    for path, name in re.findall(r"`(tests/[\w/.]+)(?:::(\w+))?`", (ROOT / document).read_text(encoding="utf-8")):
        assert (ROOT / path).exists(), path
        if name:
            assert f"\ndef {name}(" in (ROOT / path).read_text(encoding="utf-8"), name


def test_every_promise_of_security_names_a_test():
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| promise ")]
    assert rows
    assert not [row for row in rows if "`tests/" not in row.rsplit("|", 2)[1]]


def test_every_promise_of_the_readme_names_a_test():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    promises = text.split("## What you can rely on")[1].split("\n## ")[0].split("\n- **")[1:]
    assert len(promises) > 5
    assert not [promise for promise in promises if "`tests/" not in promise]


def test_table_of_models_in_the_readme_names_every_model_with_its_recipe_and_its_presets():
    table = (ROOT / "README.md").read_text(encoding="utf-8").split("## Models")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|.*\| `([\w/]+)` \|([^|]*)\|$", table, re.MULTILINE)
    assert sorted(model for model, *_ in rows) == sorted(set(kvae.models.__all__) - {"LatentModel"})
    listed = {preset: model for model, _, presets in rows for preset in re.findall(r"`([\w/]+)`", presets)}
    assert listed == {name: _class_of(name) for name in weights.names()}
    for model, recipe, _ in rows:
        assert f"kvae.models.{model}(" in zoo.files()[recipe].read_text(encoding="utf-8")


def _class_of(preset: str) -> str:
    return json.loads((weights.FOLDER / preset / "config.json").read_text(encoding="utf-8"))["model"]["class_name"]
