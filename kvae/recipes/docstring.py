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
from pathlib import Path

FIELDS = ("Source", "Expected", "Cost", "Not in the source", "Chosen here", "Run")
"""Names of the fields. A recipe has either "Not in the source", or "Chosen here" if there is no source."""


def fields(docstring: str) -> dict[str, str]:
    """Return the text of each field of a recipe's docstring by the name of the field."""
    found, name = {}, None
    for line in inspect.cleandoc(docstring).splitlines():
        head, colon, rest = line.partition(":")
        if colon and head in FIELDS:
            name = head
            found[name] = [rest.strip()]
        elif name is not None:
            found[name].append(line)
    return {name: "\n".join(lines).strip("\n") for name, lines in found.items()}


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
