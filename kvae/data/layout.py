"""Splits and classes of a user's images, from the names of their folders."""

import functools
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from kvae.data.splits import first_of_each, random_splits
from kvae.errors import UserError

_ROLES = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}
_GENERIC = "set|split|data|dataset|images?|imgs?"
_FOLDER = re.compile(
    rf"(?i:(?:(?:{_GENERIC})[ _-]*)?(?P<role>{'|'.join(_ROLES)})[ _-]*(?:{_GENERIC}|\d+)?)(?P<rest>[A-Z]?)"
)
"""Names of folders that hold a split: "Train", "test_set", "val2017", or "trainA", which holds the class A of a split."""

LEFT_OUT = ""
"""Split of an image outside of the folders of the splits."""


def read_layout(
    folders: Sequence[tuple[str, ...]], names: Sequence[str], splits: str, seed: int, limit: int | None = None
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...], tuple[str, ...]]:
    """Return the split and the class of each image (N,), the names of the classes, and notes.

    The class of an image is the path of its folder without the folder of the split, and without the folders that hold
    all images. It is -1, and there is no name, if the path is empty. The arguments are those of `read_splits`.
    """
    split, folders, notes = read_splits(folders, names, splits, seed, limit)
    kept = [path for path, value in zip(folders, split, strict=True) if value != LEFT_OUT]
    depth = _common_depth(kept)
    classes = ["/".join(path[depth:]) for path in folders]
    known = sorted({"/".join(path[depth:]) for path in kept} - {""})
    if len(known) < 2:
        return split, np.full(len(folders), -1, np.int32), (), tuple(notes)
    number = {name: i for i, name in enumerate(known)}
    y = np.array([number.get(name, -1) for name in classes], np.int32)
    nested = next((name for name in known if "/" in name), None)
    if nested is not None:
        notes.append(f"Folders lie within folders. Each folder with images is a class, such as {nested}.")
    unlabelled = [name for name, value, label in zip(names, split, y, strict=True) if value != LEFT_OUT and label < 0]
    if unlabelled:
        notes.append(
            f"{_counted(len(unlabelled))} in no folder of a class and without a label, such as {unlabelled[0]}."
        )
    return split, y, tuple(known), tuple(notes)


def read_splits(
    folders: Sequence[tuple[str, ...]], names: Sequence[str], splits: str, seed: int, limit: int | None = None
) -> tuple[np.ndarray, Sequence[tuple[str, ...]], list[str]]:
    """Return the split of each image (N,), its folders without that of the split, and notes.

    folders: names of the folders that hold each image, the outermost first.
    names: name of each image with its folders.
    splits: "auto", "named" or "random", as in `kvae.data.folder.load`.
    seed: seed of random splits.
    limit: number of images that are kept before random splits, or in each of the other splits; None for all.
    """
    level = None if splits == "random" else _level_of_splits(folders)
    if level is None:
        if splits == "named":
            raise UserError(f"Expected a folder train, with or without val and test. Received: {listed(folders, 0)}.")
        split = np.full(len(names), LEFT_OUT, "<U10")
        kept = np.flatnonzero(first_of_each(folders, limit))
        split[kept] = random_splits([names[i] for i in kept.tolist()], seed)
        return split, folders, []
    split, notes = _named_splits(folders, names, level, splits)
    for rows in [np.flatnonzero(split == role) for role in {*_ROLES.values()}]:
        split[rows[~first_of_each([folders[i] for i in rows.tolist()], limit)]] = LEFT_OUT
    return split, [_without_split(path, level) for path in folders], notes


@functools.cache
def split_and_class(folder: str) -> tuple[str, str]:
    """Return the split that a folder is named after, and the class with which its name ends: "train" and "A" of "trainA".

    Both are "" if the folder is not named after a split.
    """
    found = _FOLDER.fullmatch(folder)
    return (_ROLES[found["role"].lower()], found["rest"]) if found else (LEFT_OUT, "")


def listed(folders: Sequence[tuple[str, ...]], level: int) -> str:
    """Return the folders down to `level` with their numbers of images, as a message lists them."""
    counts = Counter(path[: level + 1] for path in folders)
    named_first = sorted(counts, key=lambda path: (_role(path, level) == LEFT_OUT, path))
    texts = [f"{'/'.join(path) or 'no folder'} ({counts[path]:,})" for path in named_first]
    return ", ".join(texts if len(texts) <= 6 else [*texts[:5], f"{len(texts) - 5:,} more"])


def outside(names: Sequence[str]) -> str:
    """Return a note on images, of which there is at least one, outside of the folders of the splits."""
    return f"{_counted(len(names))} outside of the folders of the splits and left out, such as {names[0]}."


def _level_of_splits(folders: Sequence[tuple[str, ...]]) -> int | None:
    """Return the first level at which folders are named after splits: 0 at the top; or None if there is none.

    Within folders that do not hold all images, one such name, as of a class of trains, is not enough.
    """
    shared = _common_depth(folders)
    for level in range(max(map(len, folders))):
        roles = {_role(path, level) for path in folders} - {LEFT_OUT}
        if len(roles) > 1 or (roles and level <= shared):
            return level
    return None


def _named_splits(
    folders: Sequence[tuple[str, ...]], names: Sequence[str], level: int, splits: str
) -> tuple[np.ndarray, list[str]]:
    """Return the split of each image, given by the name of its folder at `level`, and notes about other images."""
    split = np.array([_role(path, level) for path in folders], "<U10")
    roles, others = set(split) - {LEFT_OUT}, np.flatnonzero(split == LEFT_OUT)
    clear = "train" in roles and (len(roles) > 1 or not len(others))
    if splits == "auto" and not clear:
        raise UserError(
            f"Expected folders train, val and test, or folders of classes. Received: {listed(folders, level)}. "
            'Choose: splits="random" if all of them are classes; splits="named" if the folders named after splits are the '
            "splits, and the others belong to train."
        )
    if "train" not in roles:
        split[others] = "train"
    elif len(others):
        return split, [outside([names[i] for i in others.tolist()])]
    return split, []


def _role(path: tuple[str, ...], level: int) -> str:
    return split_and_class(path[level])[0] if len(path) > level else LEFT_OUT


def _without_split(path: tuple[str, ...], level: int) -> tuple[str, ...]:
    """Return `path` without the folder of the split. Of a folder "trainA", the class "A" remains."""
    if _role(path, level) == LEFT_OUT:
        return path
    return (*path[:level], *filter(None, [split_and_class(path[level])[1]]), *path[level + 1 :])


def _common_depth(folders: Sequence[tuple[str, ...]]) -> int:
    """Return the number of outer folders that all paths share."""
    first, last = min(folders), max(folders)
    return next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))


def _counted(n: int) -> str:
    return "1 image is" if n == 1 else f"{n:,} images are"
