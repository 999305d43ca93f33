"""The messages on the page about troubleshooting, and in the tutorial on translations, are those that kvae prints."""

import ast
import re

import keras
import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
TUTORIAL = (ROOT / "docs" / "tutorials" / "translation.md").read_text("utf-8").partition("## Common mistakes")[2]
MESSAGES = [" ".join(block.split()) for block in re.findall(r"^```text\n(.*?)^```", PAGE + TUTORIAL, re.M | re.S)]
VARIABLE = "…"

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the page is tested on one backend")


def _template(node: ast.Constant | ast.JoinedStr) -> str:
    """Return a text of the program in which `VARIABLE` stands for each value that is filled in."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    text = "".join(part.value if isinstance(part, ast.Constant) else VARIABLE for part in parts)
    return _plain(re.sub(r"%[.\d]*[sdgf]", VARIABLE, text))


def _plain(text: str) -> str:
    return re.sub(f"{VARIABLE}+", VARIABLE, " ".join(text.split()))


@pytest.fixture(scope="module")
def templates():
    found = set()
    for file in [*(ROOT / "kvae").rglob("*.py"), *(ROOT / "cli").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
                found.add(_template(node))
    return found


def test_page_quotes_messages():
    assert len(MESSAGES) > 20


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message[:60])
def test_message_of_the_page_is_printed_by_kvae(message, templates):
    assert any(_plain(message) in template for template in templates), message
