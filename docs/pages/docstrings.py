"""Docstrings of kvae as reStructuredText, the language of autodoc.

A docstring is plain text. Code stands between single backticks, an indented block is a formula or code, and sections such as
"Args:" are those of Google's style. Arguments may also follow a blank line without a heading.
"""

import re

SECTIONS = {"Args:", "Returns:", "Raises:", "Example:"}

ARGUMENT = re.compile(r"[a-z_]\w*(, [a-z_]\w*)*: ")

CODE = re.compile(r"(`[^`]*`)")

AFTER_CODE = re.compile(r"""[\s.,:;!?)\]}'"/-]|$""")
"""Characters that may follow code."""


def to_rest(app, what: str, name: str, thing: object, options, lines: list[str]) -> None:
    """Rewrite the lines of a docstring in place: an event of autodoc."""
    result, block = [], ""  # the kind of block that the line belongs to: a section, "code", "arguments" or "" for text
    for line, before in zip(lines, ["", *lines], strict=False):
        if line in SECTIONS:
            block = line
        elif line and not line.startswith(" ") and (not before or block != "arguments"):
            block = "arguments" if not before and ARGUMENT.match(line) else ""
            result += ["Args:"] if block else []
        elif line.startswith(" ") and not before and not block:
            block = "code"
            result += ["::", ""]
        text = line if block in ("code", "Example:") else escape(line)
        result.append(f"    {text}" if block == "arguments" and line else text)
    lines[:] = result


def escape(line: str) -> str:
    """Return a line in which reStructuredText finds no emphasis, substitutions or references. `Code` remains as it is."""
    text, *others = CODE.split(line)  # text and code in turn
    result = _plain(text)
    for code, text in zip(others[::2], others[1::2], strict=True):
        result += code + ("" if AFTER_CODE.match(text) else r"\ ") + _plain(text)
    return result


def _plain(text: str) -> str:
    return re.sub(r"([*|]|_(?!\w))", r"\\\1", text)
