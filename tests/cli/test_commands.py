"""Rules for all commands: short bodies, help texts in the words of STYLE.md, models and files that they refuse."""

import ast
import re
from pathlib import Path

import pytest
from PIL import Image

from kvae import data
from kvae.cli.app import app
from tests.conftest import ROOT

LINES = 20
"""Maximum number of lines in the body of a command."""

WORDS = r"\b(pictures?|figures of|figures are|judges?|nets?|goes on|comes? along|those that|beside)\b"
"""Words that STYLE.md replaces."""

FILES = sorted(path for path in (ROOT / "cli" / "commands").glob("*.py") if path.name != "__init__.py")


def _functions(path: Path):
    return [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_command_body_is_short(path):
    for function in _functions(path):
        first = function.body[0]
        start = first.end_lineno if ast.get_docstring(function) else first.lineno - 1
        assert function.end_lineno - start <= LINES, function.name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_command_imports_no_arrays_and_no_plots(path):
    """Commands only parse, call and print."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        assert not [name for name in modules if re.match(r"numpy|kvae\.(plots|latent|models|training\.)", name)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_command_prints_with_functions_that_remove_control_characters(path):
    assert not re.search(r"typer\.(sec)?echo|\bprint\(|sys\.std(out|err)\.write", path.read_text(encoding="utf-8"))


def test_help_texts_use_words_of_the_field(kvae):
    for command in app.registered_commands:
        name = command.name or command.callback.__name__
        found = re.findall(WORDS, kvae(name, "--help").out)
        assert not found, f"{name}: {found}"


@pytest.mark.parametrize("command", ["traverse", "interpolate", "reconstruct"])
def test_model_of_points_is_refused_by_commands_of_images(kvae, points, no_data, command):
    result = kvae(command, points)
    assert result.code == 1
    assert result.err == f"Error: Expected a model of images. Received: {points}, whose data have the shape (3,).\n"


@pytest.mark.parametrize("command", ["sample", "reconstruct", "traverse", "interpolate"])
def test_classifier_is_refused_by_commands_of_generative_models(kvae, classifier, no_data, command):
    result = kvae(command, classifier)
    assert result.code == 1
    assert result.err == (
        f"Error: Expected a model that samples and reconstructs. Received: {classifier}, a Classifier.\n"
    )


@pytest.mark.parametrize(("command", "places"), [("traverse", ["me.png"]), ("interpolate", [3, "me.png"])])
def test_file_is_refused_by_commands_that_need_its_labels(
    kvae, attributes, tmp_path, no_data, monkeypatch, command, places
):
    Image.new("L", (8, 8)).save(tmp_path / "me.png")
    result = kvae(command, attributes, *places)
    assert result.code == 1
    assert result.err == (
        "Error: Expected the number of a held-out example, whose labels are known, because CondVAE takes labels. "
        "Received: me.png.\n"
    )


@pytest.mark.parametrize("words", [("traverse",), ("interpolate", 0, 1), ("sample",), ("reconstruct",)])
def test_commands_load_data_once(kvae, attributes, monkeypatch, words):
    command, *places = words
    load, loaded = data.load, []
    monkeypatch.setattr(data, "load", lambda name, **options: loaded.append(name) or load(name, **options))
    assert kvae(command, attributes, *places, "--out", "x.png").code == 0
    assert loaded == ["digits"]
