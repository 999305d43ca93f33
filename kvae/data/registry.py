"""The registry of data sets by name, and the function that loads any of them."""

import dataclasses
import inspect
import numbers
import os
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING

from kvae import suggest
from kvae.data import official_files
from kvae.data.source import Source
from kvae.data.sources import SOURCES
from kvae.errors import MissingData, UserError
from kvae.files import as_user_errors, expanded

if TYPE_CHECKING:
    from kvae.data.dataset import Dataset


_KINDS = ("folder", "npz", "paired", "unpaired")
"""Kinds of a user's data, in names `kind:PATH`. The function `load` in the module of the same name reads them."""


def names() -> tuple[str, ...]:
    """Return the names of all data sets. `load` also takes a kind of data and a path, such as `folder:PATH`."""
    return tuple(SOURCES)


def is_available(name: str, data_dir: str | os.PathLike | None = None) -> bool:
    """Return True if `load` would find the files of the data set. No file is opened, and TFDS is not imported."""
    root = official_files.root(data_dir)
    kind, _, rest = name.partition(":")
    if kind in _KINDS:
        return bool(rest) and os.path.exists(expanded(rest))
    if kind == "tfds" and rest:
        return official_files.find_tfds(rest, root) is not None
    source = _source(name)
    try:
        found = all(official_files.find(root / name, pattern) for pattern in source.patterns)
    except OSError:  # permission to read a folder is missing
        found = False
    return found or (source.tfds is not None and official_files.find_tfds(source.tfds, root) is not None)


def load(
    name: str,
    *,
    data_dir: str | os.PathLike | None = None,
    size: int | None = None,
    skip_damaged: bool = False,
    limit: int | None = None,
    seed: int = 0,
    **options,
) -> "Dataset":
    """Load a data set by name.

    The name is one of `names()`; `folder:PATH` (a folder or a zip file of images), `unpaired:PATH` (of two domains) or
    `paired:PATH` (of pairs side by side); `npz:PATH` (a file with arrays x and, with labels, y); or `tfds:NAME[/config]`.

    data_dir: the folder with one sub-folder per data set. The default is KVAE_DATA, or else `data` in the current
        folder.
    size: edge length, in pixels, to which images are cropped and scaled. Images that are not square have shorter edges of
        this length.
    skip_damaged: True to leave damaged image files out and count them in `notes`, instead of raising an error.
    limit: number of examples that are read: the first of each part into which the files divide the data, such as training
        and test files or the folders `train` and `val`. Held-out examples are then drawn from these. Images in several
        folders are taken from each folder in turn. Of CelebA, the first images are read and then divided.
    seed: seed of the points of `swiss_roll` and of validation splits that the source does not fix.
    options: options of the data set. Its loader documents them, such as `kvae.data.celeba.load`.

    Raises:
        UserError: The name or an option is unknown, or the data are missing, damaged or not readable.
    """
    if size is not None:
        options["size"] = size
    if skip_damaged:
        options["skip_damaged"] = True
    if limit is None:
        return _load(name, data_dir, options, seed)
    if not isinstance(limit, numbers.Integral) or isinstance(limit, bool) or limit < 1:
        raise UserError(f"Expected a positive number of examples. Received: limit={limit!r}.")
    dataset = _load(name, data_dir, {**options, "limit": limit}, seed)
    note = f"At most {limit:,} examples of each part of the data were read (limit)."
    return dataclasses.replace(dataset, notes=(*dataset.notes, note))


def _load(name: str, data_dir: str | os.PathLike | None, options: dict, seed: int) -> "Dataset":
    """Load a data set with the options of its loader."""
    root = official_files.root(data_dir)
    kind, _, rest = name.partition(":")
    with as_user_errors():
        if kind in _KINDS and rest:
            return _call(name, f"{kind}:load", (expanded(rest),), options, seed)
        if kind == "tfds" and rest:
            return _call(name, "tfds:load", (rest, root), options, seed)
        source = _source(name)
        missing = [pattern for pattern in source.patterns if not official_files.find(root / name, pattern)]
        if not missing:
            return _call(name, source.loader, (root / name,) if source.patterns else (), options, seed)
        if source.tfds is not None and official_files.find_tfds(source.tfds, root) is not None:
            arguments = (source.tfds, root, name, source.box)
            return _call(name, "tfds:load", arguments, {**source.options, **options}, seed)
        raise _missing(name, source, root / name, missing)


def _source(name: str) -> Source:
    if name not in SOURCES and os.path.exists(name):
        kind = "npz" if name.endswith(".npz") else "folder"
        raise UserError(f"Expected the name of a data set. Received: {name}, a path. Did you mean {kind}:{name}?")
    suggest.require("name", name, (*SOURCES, *(f"{kind}:PATH" for kind in _KINDS), "tfds:NAME"))
    return SOURCES[name]


def _call(name: str, loader: str, arguments: tuple, options: dict, seed: int) -> "Dataset":
    """Call a loader with positional arguments and options. Raise `UserError` for an option that it does not have."""
    function = pkgutil.resolve_name(f"kvae.data.{loader}")
    known = [p.name for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY]
    unknown = sorted(set(options) - set(known))
    if unknown:
        listed = ", ".join(option for option in known if option != "seed") or "none"
        raise UserError(f"Expected options of {name}: {listed}. Received: {unknown[0]}={options[unknown[0]]!r}.")
    if "seed" in known:
        options["seed"] = seed
    return function(*arguments, **options)


def _missing(name: str, source: Source, where: Path, missing: list[str]) -> UserError:
    wanted = ", ".join(pattern.replace("|", " or ") for pattern in missing)
    found = ", ".join(path.name for path in official_files.find(where, "*|*/")[:3])
    received = f"only {found}" if found else "no such folder" if not where.exists() else "nothing"
    tfds = f", or prepare it once with TFDS: tensorflow_datasets.load('{source.tfds}')" if source.tfds else ""
    download = f"Download the files: kvae data get {name}. Or put" if source.may_be_downloaded else "Put"
    repair = f"{download} the official files there (data_dir or KVAE_DATA sets {where.parent}){tfds}."
    error = MissingData(f"Expected {name} in {where}: {wanted}. Received: {received}. {repair}")
    return source.explained(error, where)
