"""Rules for all commands: short bodies, and help texts in the words of STYLE.md."""

import ast
import re
from pathlib import Path

import pytest

from kvae.cli.app import app
from tests.conftest import ROOT

LINES = 25
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
    """Commands compute nothing."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        assert not [name for name in modules if re.match(r"numpy|kvae\.(plots|latent|models|training\.)", name)]


def test_help_texts_use_words_of_the_field(kvae):
    for command in app.registered_commands:
        name = command.name or command.callback.__name__
        found = re.findall(WORDS, kvae(name, "--help").out)
        assert not found, f"{name}: {found}"
