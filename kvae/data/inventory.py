"""The official files of each data set, and those that are present. Nothing here imports NumPy."""

import os
from pathlib import Path

from kvae.data import official_files
from kvae.data.registry import is_available
from kvae.data.source import File, Source
from kvae.data.sources import SOURCES
from kvae.files import sha256
from kvae.suggest import require

PRESENT, UNPACKED, MISSING, DIFFERS = "present", "unpacked", "missing", "differs"
"""States of an official file. A file that differs has another size or, if that is asked for, another checksum."""


def source_of(name: str) -> Source:
    """Return the declaration of the data set called `name`."""
    require("name", name, tuple(SOURCES))
    return SOURCES[name]


def state_of(file: File, folder: Path, verify: bool = False) -> str:
    """Return the state of an official file in the folder of its data set.

    verify: True to compute the SHA-256 of the contents. It takes a second for each gigabyte or so.
    """
    if file.members and all(official_files.find(folder, member) for member in file.members):
        return UNPACKED
    found = official_files.find(folder, file.name)
    if not found:
        return MISSING
    if found[0].stat().st_size != file.size or (verify and sha256(found[0]) != file.sha256):
        return DIFFERS
    return PRESENT


def describe(name: str, data_dir: str | os.PathLike | None = None, *, verify: bool = False) -> dict:
    """Return the origin, licence and files of the data set called `name`, with the state of each file, as JSON values.

    "other_files" are the files that are read although they are no official ones.
    """
    source = source_of(name)
    folder = official_files.root(data_dir) / name
    official = {known for file in source.files for known in (file.name, *file.members)}
    matching = {path.name for pattern in source.patterns for path in official_files.find(folder, pattern)}
    return {
        "name": name,
        "available": is_available(name, data_dir),
        "folder": str(folder) if source.patterns else None,
        "origin": source.origin or source.licence.url,
        "licence": source.licence.terms,
        "cite": source.licence.cite,
        "files": [
            {
                "name": file.name,
                "size": file.size,
                "sha256": file.sha256,
                "url": file.url or None,
                "state": state_of(file, folder, verify),
            }
            for file in source.files
        ],
        "other_files": sorted(matching - official),
        "download": f"kvae data get {name}" if source.may_be_downloaded else None,
        "instructions": source.instructions(folder),
    }
