"""The search for the files of data sets."""

import os
from fnmatch import fnmatch
from pathlib import Path

from kvae.errors import UserError
from kvae.files import expanded, read_json

IDX = tuple(
    f"{part}-{kind}-idx{rank}-ubyte|{part}-{kind}-idx{rank}-ubyte.gz|{part}-{kind}.idx{rank}-ubyte"
    for part in ("train", "t10k")
    for kind, rank in (("images", 3), ("labels", 1))
)
"""Patterns, as in `find`, of the idx files of MNIST and of sets in its layout. Some programs unpack them with a dot."""


def root(data_dir: str | os.PathLike | None) -> Path:
    """Return the folder with one sub-folder per data set: `data_dir`, else KVAE_DATA, else `data`."""
    return expanded(data_dir or os.environ.get("KVAE_DATA") or "data")


def find(folder: Path, pattern: str) -> list[Path]:
    """Return the paths in `folder`, or else in its immediate sub-folders, that match `pattern`, sorted by name.

    Patterns are those of a shell. `a|b` matches either, and a pattern that ends in `/` matches folders, not files.
    Hidden files are skipped. A folder that does not exist counts as empty.

    Raises:
        PermissionError: Permission to read a folder is missing.
    """
    here = _entries(folder)
    found = [path for name, path in here if _matches(name, pattern)]
    if found:
        return found
    below = (entry for name, path in here if name.endswith("/") for entry in _entries(path))
    return [path for name, path in below if _matches(name, pattern)]


def tfds_folders(data_dir: Path) -> list[Path]:
    """Return the folders where TFDS may have prepared data: `data_dir`, TFDS_DATA_DIR, `~/tensorflow_datasets`."""
    given = os.environ.get("TFDS_DATA_DIR")
    return [data_dir, *([Path(given)] if given else []), expanded("~/tensorflow_datasets")]


def find_tfds(builder: str, data_dir: Path) -> tuple[Path, str] | None:
    """Return the folder where TFDS has prepared `builder`, and the full name with a version, or None if it has not.

    builder: name[/config][:version].
    data_dir: the first folder that is searched (see `tfds_folders`).

    If TFDS has prepared several versions, the full name has the last. It may differ from the version that the installed
    TFDS would prepare.
    """
    name, _, version = builder.partition(":")
    pattern = f"{version or '*'}/dataset_info.json"
    for home in tfds_folders(data_dir):
        for folder in (home / name, *sorted((home / name).glob("*/"))):
            found = sorted(path.parent for path in folder.glob(pattern))
            if found:
                return home, f"{folder.relative_to(home).as_posix()}:{found[-1].name}"
    return None


_CLASS_OF_FEATURE = {"pythonClassName", "python_class_name", "type"}
"""Keys under which features.json names a class: that of TFDS, of protocol buffers and of earlier versions of TFDS."""


def check_tfds_features(home: Path, name: str) -> None:
    """Raise `UserError` if the data set `name` of TFDS in `home` names a class of features that is not TFDS' own.

    TFDS imports the module of every class that features.json names, and the folder may come from anyone.
    """
    file = home.joinpath(*name.split(":")) / "features.json"
    waiting = [read_json(file)] if file.is_file() else []
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        if not isinstance(value, dict):
            continue
        waiting += value.values()
        if isinstance(value.get("content"), str):  # TFDS parses such a text
            raise UserError(f"Expected features of tensorflow_datasets. Received: {file}, which holds them as a text.")
        for key in _CLASS_OF_FEATURE & set(value):
            is_feature = isinstance(value[key], dict | list)  # named like the key
            if not is_feature and not str(value[key]).startswith("tensorflow_datasets."):
                raise UserError(
                    f"Expected features of tensorflow_datasets. Received: {file}, which names {str(value[key])[:100]}."
                )


def _entries(folder: Path) -> list[tuple[str, Path]]:
    """Return names and paths, sorted. The name of a folder ends with a slash."""
    try:
        with os.scandir(folder) as entries:
            names = [
                f"{entry.name}/" if entry.is_dir() else entry.name
                for entry in entries
                if not entry.name.startswith(".")
            ]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [(name, folder / name) for name in sorted(names)]


def _matches(name: str, pattern: str) -> bool:
    choices = pattern.split("|")
    return any(fnmatch(name, choice) and name.endswith("/") == choice.endswith("/") for choice in choices)
