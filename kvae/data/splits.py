"""Held-out examples, drawn at random, by group or by name. The draws do not depend on the version of any library."""

import hashlib

import numpy as np


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


def split_of(name: str) -> str:
    """Return the split of a named example: "train" (80 %), "validation" (10 %) or "test" (10 %).

    A hash of the name gives the split, so that it never changes.
    """
    u = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) / 2**64
    return "train" if u < 0.8 else "validation" if u < 0.9 else "test"
