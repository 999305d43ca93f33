"""Held-out examples, drawn at random, by group or by name. The draws do not depend on the version of any library."""

import hashlib
from collections import Counter
from collections.abc import Sequence

import numpy as np

_FEWEST_TO_SPLIT = 10


def permutation(n: int, seed: int) -> np.ndarray:
    """Return a permutation of 0 … n-1 that depends only on `seed`, not on the machine or on NumPy's version."""
    stream = hashlib.shake_256(f"kvae permutation {seed}".encode()).digest(8 * n)
    return np.argsort(np.frombuffer(stream, "<u8"), kind="stable")


def held_out(n: int, seed: int, fraction: float = 0.1) -> np.ndarray:
    """Return a mask (n,) that is true for round(fraction · n) examples drawn by `seed`."""
    mask = np.zeros(n, bool)
    mask[permutation(n, seed)[: round(fraction * n)]] = True
    return mask


def held_out_groups(groups: np.ndarray, seed: int, fraction: float = 0.1) -> np.ndarray:
    """Return a mask (n,) that is true for complete groups: round(fraction · n) examples or slightly fewer.

    Groups are visited in an order drawn by `seed`. A group that no longer fits is skipped.
    """
    names, group_of, counts = np.unique(groups, return_inverse=True, return_counts=True)
    room = round(fraction * len(groups))
    chosen = np.zeros(len(names), bool)
    for group in permutation(len(names), seed):
        if counts[group] <= room:
            chosen[group] = True
            room -= counts[group]
    return chosen[group_of]


def with_validation(splits: np.ndarray, groups: np.ndarray, seed: int) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return `splits` with validation examples, and a note on them, unless it has some already.

    `seed` draws a tenth of the training examples of each group. If a group is too small for that, none are drawn.

    splits: split of each example (N,).
    groups: group of each example (N,), such as its domain.
    """
    if "validation" in splits:
        return splits, ()
    train, drawn = splits == "train", np.zeros(len(splits), bool)
    known = np.unique(groups[train])
    for group in known:
        rows = np.flatnonzero(train & (groups == group))
        drawn[rows[held_out(len(rows), seed)]] = True
    if len(np.unique(groups[drawn])) < len(known):
        return splits, ()
    note = f"There were no validation images. {drawn.sum():,} training images were drawn for validation."
    return np.where(drawn, "validation", splits), (note,)


def first_of_each(groups: Sequence | np.ndarray, limit: int | None) -> np.ndarray:
    """Return a mask (n,) of the first `limit` examples: the first of each group, then the second of each, and so on.

    groups: group of each example, such as its class or its folder, in the order of the examples.
    limit: number of examples; None for all of them.
    """
    if limit is None:
        return np.ones(len(groups), bool)
    counts, rank = Counter(), np.zeros(len(groups), int)  # number of each example within its group
    for i, group in enumerate(groups):
        rank[i] = counts[group]
        counts[group] += 1
    mask = np.zeros(len(groups), bool)
    mask[np.argsort(rank, kind="stable")[:limit]] = True
    return mask


def split_of(name: str) -> str:
    """Return the split of a named example: "train" (80 %), "validation" (10 %) or "test" (10 %).

    A hash of the name gives the split, so that it never changes.
    """
    return _split_at(_position(name))


def random_splits(names: Sequence[str], seed: int) -> np.ndarray:
    """Return a split for each named example (N,), as `split_of` does, by a hash of the name and of `seed`.

    An example therefore stays in its split when others are added or removed. Fewer than ten examples are all training
    examples. Among ten or more, the validation and the test split have at least one example.
    """
    if len(names) < _FEWEST_TO_SPLIT:
        return np.full(len(names), "train", "<U10")
    u = np.array([_position(f"{seed} {name}") for name in names])
    splits = np.array([_split_at(each) for each in u], "<U10")
    for split in ("test", "validation"):
        if split not in splits:
            splits[np.argmax(np.where(splits == "train", u, -1))] = split
    return splits


def _position(name: str) -> float:
    """Return a number in [0, 1), given by a hash of the name."""
    return int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()[:8]) / 2**64


def _split_at(u: float) -> str:
    return "train" if u < 0.8 else "validation" if u < 0.9 else "test"
