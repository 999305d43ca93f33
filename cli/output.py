"""Output of the commands: aligned columns for people, JSON for programs."""

import itertools
import json
import math
import shutil
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer

from kvae.errors import printable
from kvae.files import finite

NARROW = 16
"""Width to which a column of a table may be narrowed."""

MANY = 20
"""Number of numbers in a list up to which a cell shows them all."""


def echo(message: str, err: bool = False) -> None:
    """Print lines of text, which may come from files, without control characters."""
    typer.echo(printable_lines(message), err=err)


def printable_lines(message: str) -> str:
    """Return lines of text without control characters."""
    return "\n".join(map(printable, message.split("\n")))


def print_json(value: Any) -> None:
    """Print `value` as JSON. NaN and infinity become null."""
    typer.echo(json.dumps(finite(value), indent=2, allow_nan=False, default=str))


def print_table(rows: Iterable[Sequence[Any]]) -> None:
    """Print rows of cells in aligned columns.

    On a terminal, wide columns are wrapped so that the table fits. If its columns are too many, they are printed in several
    tables one below the other, each of which begins with the first column.
    """
    rows = [[text(cell) for cell in row] for row in rows]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
    for number, columns in enumerate(_parts(_widths(rows, room), room)):
        typer.echo("\n" * bool(number), nl=False)
        for row in rows:
            _print_row([(row[column], width) for column, width in columns.items()])


def _widths(rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """Return the width of each column. The widest columns become narrower, down to `NARROW`, until the table has `room`."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    while (excess := sum(widths) + 2 * (len(widths) - 1) - room) > 0 and max(widths) > NARROW:
        widest = widths.index(max(widths))
        second = max([NARROW, *(width for width in widths if width < widths[widest])])
        widths[widest] = max(widths[widest] - excess, second)
    return widths


def _parts(widths: Sequence[int], room: int) -> list[dict[int, int]]:
    """Return the columns of each table, {number of the column: its width}."""
    parts = [{0: widths[0]}]
    for column, width in enumerate(widths[1:], 1):
        if len(parts[-1]) > 1 and sum(parts[-1].values()) + 2 * len(parts[-1]) + width > room:
            parts.append({0: widths[0]})
        parts[-1][column] = width
    return parts


def _print_row(cells: Sequence[tuple[str, int]]) -> None:
    """Print a row of cells, each with a text and a width, on as many lines as its longest cell needs."""
    wrapped = [textwrap.wrap(cell, width) if len(cell) > width else [cell] for cell, width in cells]
    for line in itertools.zip_longest(*wrapped, fillvalue=""):
        padded = (part.ljust(width) for part, (_, width) in zip(line, cells, strict=True))
        echo("  ".join(padded).rstrip())


def origin(report: Mapping[str, Any]) -> str:
    """Return the data of a report of metrics, their number and the precision of the networks.

    Reports of earlier versions do not name the precision, which was float32.
    """
    return f"{report['data']}, {report['n']:,} examples, computed in {report.get('precision', 'float32')}"


def print_metrics(metrics: Mapping[str, Any]) -> None:
    """Print metrics, one on each line, and then tables of those with several values for each of several labels.

    `accuracy.transfer.Smiling` is the value of the label Smiling in the column transfer of such a table.
    """
    metrics = _with_intervals(metrics)
    parts = {name: name.split(".") for name in metrics if name.count(".") > 1}
    tables = {part[0]: {} for part in parts.values()}
    for name, (table, column, label, *rest) in parts.items():
        tables[table].setdefault(label, {})[".".join([column, *rest])] = metrics[name]
    single = [(name, value) for name, value in metrics.items() if name not in parts]
    if single or not tables:
        print_table(single or [("no metrics", "")])
    for table, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows.values() for column in row))
        typer.echo()
        print_table([(table, *columns), *((label, *map(row.get, columns)) for label, row in rows.items())])


def _with_intervals(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Return metrics in which a value with the bounds of its interval, NAME.low and NAME.high, is a text of all three."""
    bounded = {name for name in metrics if {f"{name}.low", f"{name}.high"} <= metrics.keys()}
    bounds = {f"{name}.{end}" for name in bounded for end in ("low", "high")}

    def value(name: str):
        if name not in bounded:
            return metrics[name]
        return f"{metrics[name]:.3f} ({metrics[f'{name}.low']:.3f} to {metrics[f'{name}.high']:.3f})"

    return {name: value(name) for name in metrics if name not in bounds}


def text(value: Any) -> str:
    """Return a cell: a number with five significant digits, numbers of a list with three, anything else unchanged.

    Of a list with many numbers, the cell states how many there are and their range.
    """
    if isinstance(value, float):
        return f"{value:.5g}" if math.isfinite(value) else "–"
    if isinstance(value, list | tuple) and len(value) > MANY and all(isinstance(item, float) for item in value):
        return f"{len(value)} numbers from {min(value):.3g} to {max(value):.3g}"
    if isinstance(value, list | tuple):
        return " ".join(f"{item:.3g}" if isinstance(item, float) else text(item) for item in value)
    return "–" if value is None else printable(str(value))
