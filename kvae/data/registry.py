"""Every data set by name, and the door through which all are loaded."""

import dataclasses
import inspect
import os
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kvae import suggest
from kvae.data import crop, official_files
from kvae.data.reading import explained
from kvae.errors import UserError

if TYPE_CHECKING:
    from kvae.data.dataset import Dataset


@dataclasses.dataclass(frozen=True)
class Source:
    """Where one data set comes from.

    loader: "module:function" of this package, imported when data are asked for: listing needs no NumPy.
        It reads the data set from its folder; its keyword arguments are the data set's options.
    files: what the folder holds, as patterns of `official_files.find`; empty when the data set is built in.
    tfds: its name at TFDS, asked second, or None; options, box: how TFDS' copy becomes the same data set.
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
    """The data sets with a name of their own. `folder:PATH` and `tfds:NAME` are understood beside them."""
    return tuple(SOURCES)


def is_here(name: str, data_dir: str | os.PathLike | None = None) -> bool:
    """Whether `load` would find the data set's files; cheap: no file is opened, TFDS not imported."""
    root = official_files.root(data_dir)
    kind, _, rest = name.partition(":")
    if kind == "folder":  # a user's own pictures, wherever they say
        return bool(rest) and os.path.exists(Path(rest).expanduser())
    if kind == "tfds" and rest:
        return official_files.find_tfds(rest, root) is not None
    source = _source(name)
    try:
        here = all(official_files.find(root / name, pattern) for pattern in source.files)
    except OSError:  # it may be there, but not for us
        here = False
    return here or (source.tfds is not None and official_files.find_tfds(source.tfds, root) is not None)


def load(
    name: str,
    *,
    data_dir: str | os.PathLike | None = None,
    size: int | None = None,
    skip_damaged: bool = False,
    seed: int = 0,
    **options,
) -> "Dataset":
    """Loads a data set by name: one of `names()`, `folder:PATH` (or a zip) or `tfds:NAME[/config]`.

    data_dir: the folder with one sub-folder per data set; by default KVAE_DATA, else `data` below the current
        folder.
    size: edge length to which pictures are cropped and scaled, where they are pictures.
    skip_damaged: leave damaged pictures out and count them, rather than refuse them.
    seed: draws what is random: the points of `swiss_roll`, validation splits that a source does not fix.
    options: the data set's own, which the docstring of its loader describes.

    Raises `UserError`, in one sentence, for an unknown name or option and for data that are missing, damaged
    or not to be read.
    """
    if size is not None:
        options["size"] = size
    if skip_damaged:
        options["skip_damaged"] = True
    root = official_files.root(data_dir)
    kind, _, rest = name.partition(":")
    with explained():
        if kind == "folder" and rest:
            return _call(name, "folder:load", (Path(rest).expanduser(),), options, seed)
        if kind == "tfds" and rest:
            return _call(name, "tfds:load", (rest, root), options, seed)
        source = _source(name)
        missing = [pattern for pattern in source.files if not official_files.find(root / name, pattern)]
        if not missing:
            return _call(name, source.loader, (root / name,) if source.files else (), options, seed)
        if source.tfds is not None and official_files.find_tfds(source.tfds, root) is not None:
            where = (source.tfds, root, name, source.box)
            return _call(name, "tfds:load", where, {**source.options, **options}, seed)
        raise _missing(name, source, root / name, missing)


def _source(name: str) -> Source:
    suggest.require("name", name, (*SOURCES, "folder:PATH", "tfds:NAME"))
    return SOURCES[name]


def _call(name: str, loader: str, where: tuple, options: dict, seed: int) -> "Dataset":
    """Calls a loader with its own options; refuses others and lists the known."""
    load = pkgutil.resolve_name(f"kvae.data.{loader}")
    known = [p.name for p in inspect.signature(load).parameters.values() if p.kind is p.KEYWORD_ONLY]
    unknown = sorted(set(options) - set(known))
    if unknown:
        listed = ", ".join(option for option in known if option != "seed") or "none"
        raise UserError(
            f"Expected options that {name} knows: {listed}. Received: {unknown[0]}={options[unknown[0]]!r}."
        )
    if "seed" in known:
        options["seed"] = seed
    return load(*where, **options)


def _missing(name: str, source: Source, where: Path, missing: list[str]) -> UserError:
    wanted = ", ".join(pattern.replace("|", " or ") for pattern in missing)
    found = ", ".join(path.name for path in official_files.find(where, "*|*/")[:3])
    received = f"only {found}" if found else "no such folder" if not where.exists() else "nothing"
    second = (
        f", or prepare it once with TFDS: tensorflow_datasets.load('{source.tfds}')" if source.tfds is not None else ""
    )
    return UserError(
        f"Expected {name} in {where}: {wanted}. Received: {received}. Put the official files there "
        f"(KVAE_DATA or data_dir names the folder above){second}."
    )
