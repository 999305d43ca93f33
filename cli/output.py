"""Output of the commands: aligned columns for people, JSON for programs."""

import json
import math
import shutil
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer

from kvae.files import finite


def print_json(value: Any) -> None:
    """Print `value` as JSON. NaN and infinity become null."""
    typer.echo(json.dumps(finite(value), indent=2, allow_nan=False, default=str))


def print_table(rows: Iterable[Sequence[Any]]) -> None:
    """Print rows of cells in aligned columns. On a terminal the last column is wrapped at the right edge."""
    rows = [[text(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    indent = sum(widths) + 2 * len(widths)
    room = shutil.get_terminal_size().columns - indent if sys.stdout.isatty() else 0
    for row in rows:
        start = "".join(cell.ljust(width + 2) for cell, width in zip(row, widths, strict=False))
        lines = textwrap.wrap(row[-1], room) if room >= 20 else [row[-1]]
        typer.echo(start + f"\n{' ' * indent}".join(lines))


def print_metrics(metrics: Mapping[str, Any]) -> None:
    """Print metrics, one on each line."""
    print_table(list(metrics.items()) or [("no metrics", "")])


def text(value: Any) -> str:
    """Return a cell: a number with five significant digits, numbers of a list with three, anything else unchanged."""
    if isinstance(value, float):
        return f"{value:.5g}" if math.isfinite(value) else "–"
    if isinstance(value, list | tuple):
        return " ".join(f"{item:.3g}" if isinstance(item, float) else text(item) for item in value)
    return "–" if value is None else str(value)
