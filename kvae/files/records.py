"""Files of JSON and CSV."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from kvae.errors import UserError, first_line
from kvae.files.reading import check_regular
from kvae.files.writing import atomic

MAX_JSON = 2**24
"""Largest size in bytes of a JSON file. Parsed, it takes some twenty times as much memory."""


def read_json(path: Path) -> dict:
    """Return the contents of a JSON file of a run, search or preset.

    Raises:
        UserError: the file is missing, damaged, larger than `MAX_JSON`, or no ordinary file.
    """
    try:
        if check_regular(path).st_size > MAX_JSON:
            raise UserError(f"Expected a JSON file of at most {MAX_JSON:,} bytes. Received: {path}, which is larger.")
        return json.loads(path.read_text(encoding="utf-8"))
    except UserError:
        raise
    except FileNotFoundError as error:
        raise UserError(
            f"Expected a complete run, search or preset. Received: {path.parent}, which lacks {path.name}."
        ) from error
    except (ValueError, RecursionError) as error:  # not text, not JSON, or nested too deeply
        raise UserError(f"Expected a valid JSON file. Received: {path} ({first_line(error)}).") from error


def finite(value):
    """Return `value` with None in place of NaN and infinity, which JSON does not have."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_json(path: Path, value) -> None:
    """Write `value` to a JSON file."""
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def write_csv(path: Path, rows: Sequence[Mapping]) -> None:
    """Write `rows` to a CSV file. The columns are the keys of all rows. A cell is empty if its row lacks the key."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    with atomic(path) as temporary:
        temporary.write_text(text.getvalue(), encoding="utf-8")
