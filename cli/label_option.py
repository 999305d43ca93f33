"""Labels in the texts of the options --label, --select-a and --select-b."""

from collections.abc import Iterable

import typer


def read_labels(texts: Iterable[str] | None, option: str = "--label") -> list[tuple[str, str]]:
    """Return the (name, value) of each label in `texts`, such as "Smiling=1,Male=0". A class has the name "".

    Blanks are kept, because the name of a class may hold them, as it may hold commas and "=".
    """
    pairs = []
    for part in (part for text in texts or () for part in text.split(",")):
        name, equals, value = part.rpartition("=")
        if not value.strip() or (equals and not name.strip()):
            raise typer.BadParameter(f"expected NAME=VALUE or VALUE, got {part.strip()!r}.", param_hint=option)
        pairs.append((name, value))
    return pairs


def read_selection(text: str, option: str) -> list[tuple[str, str]]:
    """Return the label that the text of --select-a or --select-b names: label=CLASS, CLASS, NAME=0 or NAME=1."""
    return read_labels([text.removeprefix("label=")], option)
