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
    if images.ndim != 3 or images.dtype != np.uint8 or {len(a) for a in arrays[:-1]} != {len(images)}:
        raise UserError(f"Expected images uint8 (N, 28, 28). Received: {path}: {images.dtype} {images.shape}.")
    whole = Split(images[..., None], alphabet.astype(np.int32), {"character": character, "drawer": drawer})
    held = drawer > _LAST_TRAINING_DRAWER
    return Dataset(
        "omniglot",
        whole[(split == 0) & ~held],
        whole[(split == 0) & held],
        whole[split == 1],
        tuple(alphabets.tolist()),
        "bytes",
        fingerprint("omniglot", *arrays),
    )
