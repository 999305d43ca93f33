"""Pieces of Markdown of which the generated pages consist."""

import itertools
import re
import textwrap
from collections.abc import Iterable, Sequence

COLUMNS = re.compile(r"\s{2,}")
"""Space between aligned columns in a docstring."""


def page(title: str, *blocks: str) -> str:
    """Return a page: a title, and the blocks of text that are not empty."""
    return "\n\n".join(filter(None, (f"# {title}", *blocks))) + "\n"


def section(title: str, *blocks: str) -> str:
    """Return a section, or nothing if all of its blocks are empty."""
    return "\n\n".join((f"## {title}", *filter(None, blocks))) if any(blocks) else ""


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table, or nothing if it has no rows."""
    rows = [[cell(text) for text in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)) if rows else ""


def cell(text: object) -> str:
    """Return a text for the cell of a table."""
    return " ".join(str(text).split()).replace("|", r"\|")


def literal(text: object) -> str:
    """Return a text as code within a line."""
    return f"`{text}`"


def code(text: str, language: str = "text") -> str:
    """Return a block of code."""
    return f"```{language}\n{textwrap.dedent(text).strip()}\n```"


def toctree(names: Iterable[str]) -> str:
    """Return the entries of the navigation below a page, which the page itself does not show."""
    return "\n".join(["```{toctree}", ":hidden:", "", *names, "```"])


def prose(text: str) -> str:
    """Return the text of a recipe's docstring as Markdown. Lines of aligned columns become a table."""
    lines = [line.strip() for line in text.splitlines()]
    groups = itertools.groupby(lines, key=lambda line: bool(COLUMNS.search(line)))
    blocks = (_columns(list(group)) if aligned else "\n".join(map(escape, group)).strip() for aligned, group in groups)
    return "\n\n".join(filter(None, blocks))


def escape(line: str) -> str:
    """Return a line in which Markdown finds neither emphasis nor links nor HTML. `Code` remains as it is."""
    parts = re.split(r"(`[^`]*`)", line)
    return "".join(part if part.startswith("`") else re.sub(r"([*<\[\]])", r"\\\1", part) for part in parts)


def _columns(lines: Sequence[str]) -> str:
    """Return lines of aligned columns as a table, or as they are if they differ in their number of columns."""
    rows = [COLUMNS.split(line) for line in lines]
    width = max(map(len, rows))
    if len(rows[0]) == width - 1:
        rows[0].insert(0, "")  # the column of names has no title
    if len(rows) == 1 or any(len(row) != width for row in rows):
        return code("\n".join(lines))
    return table(rows[0], (map(escape, row) for row in rows[1:]))
