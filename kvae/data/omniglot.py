"""Omniglot: 1,623 handwritten characters of 50 alphabets, each drawn by twenty people, at 28×28."""

from pathlib import Path

import numpy as np

from kvae.data.dataset import Dataset, Split
from kvae.data.fingerprint import fingerprint
from kvae.data.npz import read_arrays
from kvae.data.official_files import OMNIGLOT, find
from kvae.errors import UserError

_ARRAYS = ("images", "alphabet", "character", "drawer", "split", "alphabet_names")
_LAST_TRAINING_DRAWER = 18  # of twenty; the other two are held out for validation


def load(folder: Path) -> Dataset:
    """Return grey images (28, 28, 1), ink 255 on paper 0, labelled by alphabet.

    The columns are "character" and "drawer". The thirty background alphabets are the training split, and the twenty
    evaluation alphabets the test split (Lake et al. 2015). The background characters of drawers 19 and 20, a tenth, are
    the validation split, so that no drawer is in both the training and the validation split.

    The file holds images uint8 (N, 28, 28), alphabet, character, drawer (1 … 20), split (0 background, 1 evaluation)
    and alphabet_names.
    """
    path = find(folder, OMNIGLOT[0])[0]
    images, alphabet, character, drawer, split, alphabets = arrays = read_arrays(path, *_ARRAYS)
    if images.dtype != np.uint8 or images.ndim != 3 or not images.size:
        raise UserError(f"Expected images uint8 (N, 28, 28). Received: {path}: {images.dtype} {images.shape}.")
    if any(a.shape != images.shape[:1] or a.dtype.kind not in "iu" for a in arrays[1:-1]):
        received = ", ".join(f"{name} {a.dtype} {a.shape}" for name, a in zip(_ARRAYS[1:-1], arrays[1:-1], strict=True))
        raise UserError(f"Expected one integer for each of {len(images)} images. Received: {path}: {received}.")
    if alphabets.ndim != 1 or alphabets.dtype.kind != "U" or alphabet.min() < 0 or alphabet.max() >= len(alphabets):
        raise UserError(
            f"Expected a name for each alphabet, 0 to {alphabet.max()}. "
            f"Received: {path}: alphabet_names {alphabets.dtype} {alphabets.shape}."
        )
    whole = Split(images[..., None], alphabet.astype(np.int32), {"character": character, "drawer": drawer})
    held = drawer > _LAST_TRAINING_DRAWER
    splits = [whole[rows] for rows in ((split == 0) & ~held, (split == 0) & held, split == 1)]
    if not len(splits[0]):
        raise UserError(
            f"Expected training images, of split 0 and drawers 1 to {_LAST_TRAINING_DRAWER}. Received: none in {path}."
        )
    return Dataset(
        "omniglot",
        *(chosen if len(chosen) else None for chosen in splits),
        tuple(alphabets.tolist()),
        "bytes",
        fingerprint("omniglot", *arrays),
    )
