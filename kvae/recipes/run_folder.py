"""The directory of a new run. It is claimed before the data are loaded and Keras is imported, which may take minutes."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kvae.files import LOCK, copy_files, locked, require_new
from kvae.recipes.recipe import Recipe

if TYPE_CHECKING:
    from kvae.training import Cluster


@contextlib.contextmanager
def run_folder(recipe: Recipe, out: str | os.PathLike | None, cluster: "Cluster | None" = None) -> Iterator[Path]:
    """Make and lock a directory for a new run of `recipe`, and yield it. It is removed if it stays empty.

    Args:
        recipe: the recipe.
        out: the directory, which must be new or empty; by default `runs/<recipe>`, numbered if it exists.
        cluster: processes that share the training. Process 0 writes the directory, the others a temporary one.

    Raises:
        UserError: the directory holds files, or another process writes it.
    """
    path = Path(out) if out is not None else Path("runs") / recipe.folder
    with writable(path, cluster) as place, _claimed(place, numbered=out is None) as folder:
        yield folder


@contextlib.contextmanager
def writable(path: Path, cluster: "Cluster | None") -> Iterator[Path]:
    """Yield the directory that this process writes to: `path` in process 0, a temporary copy in the others."""
    if cluster is None or cluster.process == 0:
        yield path
        return
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "run"
        if (path / "config.json").is_file():  # process 0 changes nothing before all others have joined it
            copy_files(path, copy)
        yield copy


@contextlib.contextmanager
def _claimed(path: Path, numbered: bool) -> Iterator[Path]:
    """Make and lock a run directory. Remove it if it stays empty.

    With `numbered`, the directory is `path` if it does not exist, otherwise the first of path-2, path-3, … that does not.
    Processes that start together therefore have different directories.
    """
    if not numbered:
        require_new(path)
    new = [folder for folder in (path, *path.parents) if not folder.exists()]
    folder, number = path, 1
    while not _make(folder) and numbered:
        number += 1
        folder = path.with_name(f"{path.name}-{number}")
    try:
        with locked(folder / LOCK):
            yield folder
    finally:
        for each in dict.fromkeys([*([folder] if numbered else []), *new]):
            with contextlib.suppress(OSError):  # it is not empty
                each.rmdir()


def _make(folder: Path) -> bool:
    """Make a folder. Return False if it exists."""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        return False
    return True
