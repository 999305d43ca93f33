"""Edits of the bytes of a file, or of the parts that its format consists of."""

import dataclasses
import re
import struct
import sys

from hypothesis import strategies

from tests.fuzzing import formats
from tests.fuzzing.values import NUMBERS, TEXTS

KINDS = ("flip", "truncate", "remove", "repeat", "number", "text", "digits")
WIDTHS = ("<b", "<h", ">h", "<i", ">i", "<q", ">q", "<d")
"""Formats of the integers and of the float that are written over bytes."""

MAX_BYTES = 1 << 23
"""Largest size of a mutated file."""


@dataclasses.dataclass(frozen=True)
class Edit:
    """One edit of a file.

    kind: one of `KINDS`.
    depth: 0 to edit the bytes of the file, 1 its parts (the members of a zip, the entries of a JSON value), 2 the parts of
        one of its parts.
    at: position or number of the part, modulo their count.
    size: number of bytes, or number of a further choice.
    value: number of the value that is written.
    """

    kind: str
    depth: int
    at: int
    size: int
    value: int

    def inner(self) -> "Edit":
        """Return the edit of a part, whose position is independent of the position of the part."""
        return dataclasses.replace(self, depth=max(0, self.depth - 1), at=self.at * 2654435761 % 2**32 >> 8)


EDITS = strategies.lists(
    strategies.builds(
        Edit,
        kind=strategies.sampled_from(KINDS),
        depth=strategies.integers(0, 3),
        at=strategies.integers(0, 2**20),
        size=strategies.integers(0, 2**9),
        value=strategies.integers(0, 63),
    ),
    min_size=1,
    max_size=4,
)


def mutate(data: bytes, edits: list[Edit]) -> bytes:
    """Return the contents of a file after `edits`."""
    for edit in edits:
        changed = formats.edit_parts(data, edit, _edit) if edit.depth else None
        data = (_edit_bytes(data, edit) if changed is None else changed)[:MAX_BYTES]
    return data


def _edit(data: bytes, edit: Edit) -> bytes:
    return mutate(data, [edit])


def _edit_bytes(data: bytes, edit: Edit) -> bytes:
    at = edit.at % (len(data) + 1)
    end = min(len(data), at + edit.size + 1)
    match edit.kind:
        case "flip":
            return data[:at] + bytes(byte ^ 1 << edit.value % 8 for byte in data[at : at + 1]) + data[at + 1 :]
        case "truncate":
            return data[:at]
        case "remove":
            return data[:at] + data[end:]
        case "repeat":
            return data[:end] + data[at:end] * (1 + edit.value) + data[end:]
        case "number":
            written = _packed(WIDTHS[edit.size % len(WIDTHS)], NUMBERS[edit.value % len(NUMBERS)])
            return data[:at] + written + data[at + len(written) :]
        case "text":
            text = TEXTS[edit.value % len(TEXTS)]
            return data[:at] + text.encode("utf-8", "surrogatepass") + data[at:]
        case "digits":
            return _replace_number(data, edit)


def _packed(width: str, number: float) -> bytes:
    """Return a number in the width of `struct`, cut to its bits."""
    if width == "<d" or not isinstance(number, int):
        return struct.pack("<d", min(number, sys.float_info.max))
    bits = 8 * struct.calcsize(width)
    return (number % 2**bits).to_bytes(bits // 8, "little" if width[0] == "<" else "big")


def _replace_number(data: bytes, edit: Edit) -> bytes:
    """Write another number in place of one that the file holds as text."""
    found = list(re.finditer(rb"-?\d+(\.\d+)?", data))
    if not found:
        return data
    start, end = found[edit.at % len(found)].span()
    return data[:start] + str(NUMBERS[edit.value % len(NUMBERS)]).encode() + data[end:]
