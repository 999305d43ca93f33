"""Docstrings of kvae as reStructuredText, the language of autodoc.

A docstring is plain text: code stands between single backticks, an indented block is a formula or code, and sections such
as "Args:" are those of Google's style.
"""

import re

SECTIONS = {"Args:", "Returns:", "Raises:", "Example:"}

CODE = re.compile(r"(`[^`]*`)")


def to_rest(app, what: str, name: str, thing: object, options, lines: list[str]) -> None:
    """Rewrite the lines of a docstring in place: an event of autodoc."""
    result, block = [], ""  # the kind of block that the line belongs to: a section, "code" or ""
    for number, line in enumerate(lines):
        if line and not line.startswith(" "):
            block = line if line in SECTIONS else ""
        elif line and not block and number and not lines[number - 1]:
            result += ["::", ""]
            block = "code"
        result.append(line if block in ("code", "Example:") else escape(line))
    lines[:] = result


def escape(line: str) -> str:
    """Return a line in which reStructuredText finds no emphasis, substitutions or references. `Code` remains as it is."""
    return "".join(part if part.startswith("`") else re.sub(r"([*|]|_(?!\w))", r"\\\1", part) for part in CODE.split(line))
