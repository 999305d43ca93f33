"""The docstring of a recipe: a title, an optional description, and named fields.

    Title with a reference.

    Source: …
    Expected: …
        a table
    Cost: …
    Not in the source:
        - a choice that the source leaves open
    Run:
        kvae train …

A field begins at the start of a line with one of the names in `FIELDS` and ends where the next field begins.
"""

import ast
import inspect
import itertools
from pathlib import Path

FIELDS = ("Source", "Expected", "Cost", "Not in the source", "Chosen here", "Run")
"""Names of the fields. A recipe has either "Not in the source", or "Chosen here" if there is no source."""


def description(docstring: str) -> str:
    """Return the text between the title and the first field of a recipe's docstring. It may be empty."""
    lines = inspect.cleandoc(docstring).splitlines()[1:]
    return "\n".join(itertools.takewhile(lambda line: _field(line) is None, lines)).strip()


def fields(docstring: str) -> dict[str, str]:
    """Return the text of each field of a recipe's docstring by the name of the field."""
    found, name = {}, None
    for line in inspect.cleandoc(docstring).splitlines():
        if _field(line):
            name, _, rest = line.partition(":")
            found[name] = [rest.strip()]
        elif name is not None:
            found[name].append(line)
    return {name: "\n".join(lines).strip("\n") for name, lines in found.items()}


def _field(line: str) -> str | None:
    """Return the name of the field that begins in a line, or None if none does."""
    name, colon, _ = line.partition(":")
    return name if colon and name in FIELDS else None


def source(docstring: str) -> str | None:
    """Return the field "Source" on one line, or None if there is none.

    A field that begins with "none" says why there is no source.
    """
    text = fields(docstring).get("Source", "none")
    return None if text.startswith("none") else " ".join(text.split())


def commands(docstring: str) -> list[str]:
    """Return the commands of the field "Run". A command may continue on lines that follow a backslash."""
    text = fields(docstring).get("Run", "").replace("\\\n", " ")
    lines = (" ".join(line.partition("  #")[0].split()) for line in text.splitlines())
    return [line for line in lines if line.startswith("kvae ")]


def summary(file: Path) -> str:
    """Return the first line of the docstring in `file`, without running the file."""
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return docstring.split("\n", 1)[0]
