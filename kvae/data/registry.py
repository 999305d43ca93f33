"""The registry of data sets by name, and the function that loads any of them."""

import dataclasses
import inspect
import os
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kvae import suggest
from kvae.data import official_files
from kvae.errors import UserError
from kvae.files import as_user_errors
from kvae.images import crop

if TYPE_CHECKING:
    from kvae.data.dataset import Dataset


@dataclasses.dataclass(frozen=True)
class Source:
    """The source of a data set.

    loader: "module:function" in this package, imported on use, since listing must not import NumPy. It reads the data
        set from its folder. Its keyword-only arguments are the options of the data set.
    files: patterns, as in `official_files.find`, of the files in the folder. Empty if the data set is built in.
    tfds: name of the data set in TFDS, which is read if the official files are missing, or None.
    options, box: arguments of `tfds.load` that give the usual size, crop and number of validation images.
    """

    loader: str
    files: tuple[str, ...] = ()
    tfds: str | None = None
    options: Mapping[str, object] = dataclasses.field(default_factory=dict)
    box: crop.Box = crop.centre


SOURCES = {
    "digits": Source("digits:load"),
    "swiss_roll": Source("swiss_roll:load"),
    "mnist": Source("mnist:mnist", official_files.IDX, "mnist", {"validation": 1 / 12}),
    "fashion_mnist": Source("mnist:fashion_mnist", official_files.IDX, "fashion_mnist", {"validation": 1 / 12}),
    "binarized_mnist": Source("binarized_mnist:load", official_files.BINARIZED_MNIST),
    "omniglot": Source("omniglot:load", official_files.OMNIGLOT),
    "cifar10": Source("cifar10:load", official_files.CIFAR10, "cifar10"),
    "stl10": Source("stl10:load", official_files.STL10, "stl10"),
    "celeba": Source("celeba:load", official_files.CELEBA, "celeb_a", {"size": 64}, crop.face),
    "paintings": Source("paintings:load", official_files.PAINTINGS),
}


def names() -> tuple[str, ...]:
    """Return the names of all data sets. `load` takes `folder:PATH`, `npz:PATH` and `tfds:NAME` too."""
    return tuple(SOURCES)


def is_available(name: str, data_dir: str | os.PathLike | None = None) -> bool:
    """Return True if `load` would find the files of the data set. No file is opened, and TFDS is not imported."""
    root = official_files.root(data_dir)
    kind, _, rest = name.partition(":")
    if kind in ("folder", "npz"):
        return bool(rest) and os.path.exists(Path(rest).expanduser())
    if kind == "tfds" and rest:
        return official_files.find_tfds(rest, root) is not None
    source = _source(name)
    try:
        found = all(official_files.find(root / name, pattern) for pattern in source.files)
    except OSError:  # permission to read a folder is missing
        found = False
    return found or (source.tfds is not None and official_files.find_tfds(source.tfds, root) is not None)


def load(
    name: str,
    *,
    data_dir: str | os.PathLike | None = None,
    size: int | None = None,
    skip_damaged: bool = False,
    seed: int = 0,
    **options,
) -> "Dataset":
    """Load a data set by name.

    The name is one of `names()`, `folder:PATH` (a folder or a zip file of images), `npz:PATH` (a file with arrays x and,
    with labels, y) or `tfds:NAME[/config]`.

    data_dir: the folder with one sub-folder per data set. The default is KVAE_DATA, or else `data` in the current
        folder.
    size: edge length, in pixels, to which images are cropped and scaled.
    skip_damaged: True to leave damaged image files out and count them in `notes`, instead of raising an error.
    seed: seed of the points of `swiss_roll` and of validation splits that the source does not fix.
    options: options of the data set. Its loader documents them, such as `kvae.data.celeba.load`.

    Raises:
        UserError: The name or an option is unknown, or the data are missing, damaged or not readable.
    """
    if size is not None:
        options["size"] = size
    if skip_damaged:
        options["skip_damaged"] = True
    root = official_files.root(data_dir)
    kind, _, rest = name.partition(":")
    with as_user_errors():
        if kind == "folder" and rest:
            return _call(name, "folder:load", (Path(rest).expanduser(),), options, seed)
        if kind == "npz" and rest:
            return _call(name, "npz:load", (Path(rest).expanduser(),), options, seed)
        if kind == "tfds" and rest:
            return _call(name, "tfds:load", (rest, root), options, seed)
        source = _source(name)
        missing = [pattern for pattern in source.files if not official_files.find(root / name, pattern)]
        if not missing:
            return _call(name, source.loader, (root / name,) if source.files else (), options, seed)
        if source.tfds is not None and official_files.find_tfds(source.tfds, root) is not None:
            arguments = (source.tfds, root, name, source.box)
            return _call(name, "tfds:load", arguments, {**source.options, **options}, seed)
        raise _missing(name, source, root / name, missing)


def _source(name: str) -> Source:
    if name not in SOURCES and os.path.exists(name):
        kind = "npz" if name.endswith(".npz") else "folder"
        raise UserError(f"Expected the name of a data set. Received: {name}, a path. Did you mean {kind}:{name}?")
    suggest.require("name", name, (*SOURCES, "folder:PATH", "npz:PATH", "tfds:NAME"))
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
    alternative = (
        f", or prepare it once with TFDS: tensorflow_datasets.load('{source.tfds}')" if source.tfds is not None else ""
    )
    return UserError(
        f"Expected {name} in {where}: {wanted}. Received: {received}. Put the official files there "
        f"(data_dir or KVAE_DATA sets {where.parent}){alternative}."
    )
