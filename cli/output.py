"""How figures appear: aligned columns for people, JSON for programs."""

import json
import math
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import typer


def print_json(value: Any) -> None:
    typer.echo(json.dumps(finite(value), indent=2, allow_nan=False, default=str))


def finite(value: Any) -> Any:
    """`value` for JSON, which knows neither NaN nor infinity: None stands for them."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_table(rows: Iterable[Sequence[Any]]) -> None:
    """Rows of cells in aligned columns; on a terminal, the last column is wrapped at its edge."""
    rows = [[text(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    indent = sum(widths) + 2 * len(widths)
    room = shutil.get_terminal_size().columns - indent if sys.stdout.isatty() else 0
    for row in rows:
        start = "".join(cell.ljust(width + 2) for cell, width in zip(row, widths, strict=False))
        lines = textwrap.wrap(row[-1], room) if room >= 20 else [row[-1]]
        typer.echo(start + f"\n{' ' * indent}".join(lines))


def print_figures(figures: dict[str, Any]) -> None:
    """Named figures, a line each; a list of figures on one line."""
    print_table(list(figures.items()) or [("no figures", "")])


def text(value: Any) -> str:
    """A figure with five significant digits, a list of figures with three; anything else as it is."""
    if isinstance(value, float):
        return f"{value:.5g}" if math.isfinite(value) else "–"
    if isinstance(value, list | tuple):
        return " ".join(f"{item:.3g}" if isinstance(item, float) else text(item) for item in value)
    return "–" if value is None else str(value)
