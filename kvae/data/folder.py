"""Any folder of pictures, or a zip of such: the folder a picture lies in is its class."""

from pathlib import Path

import numpy as np

from kvae.data import image_dataset
from kvae.data.dataset import Dataset
from kvae.data.image_files import Picture, open_archive
from kvae.data.splits import permutation
from kvae.errors import UserError
from kvae.suggest import require

_SPLITS = {
    "train": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
}


def load(
    path: Path, *, size: int | None = None, color: str = "rgb", skip_damaged: bool = False, seed: int = 0
) -> Dataset:
    """All pictures below `path`, labelled by the folder they lie in; without labels when that is one folder.

    Top-level folders `train`, `validation` (or `val`, `valid`) and `test` are the splits when `train` is
    there. Otherwise a tenth of the pictures, drawn by `seed`, becomes validation and another tenth test. With
    `size` the largest centred square of each picture becomes size × size. color: "rgb" or "gray".
    """
    require("color", color, ("rgb", "gray"))
    if not path.exists():
        raise UserError(f"Expected a folder or a zip file of pictures. Received: {path}, which does not exist.")
    archive = open_archive(path)
    parents = [picture.parent for picture in archive.pictures]
    parts = _official(archive.pictures)
    if parts is None:
        parts = _drawn(len(parents), seed)
    elif set(parents) <= set(_SPLITS):
        parents = [""] * len(parents)
    labels, y = np.unique(parents, return_inverse=True)
    return image_dataset.dataset(
        f"folder:{path}",
        archive,
        archive.pictures,
        parts,
        y=y.astype(np.int32) if len(labels) > 1 else None,
        labels=tuple(labels.tolist()) if len(labels) > 1 else (),
        columns={"file": np.array([picture.name for picture in archive.pictures])},
        size=size,
        color=color,
        skip_damaged=skip_damaged,
    )


def _official(found: tuple[Picture, ...]) -> np.ndarray | None:
    """The splits that the top-level folders name; None when they do not."""
    tops = [picture.name.partition("/")[0] for picture in found]
    if "train" not in tops or not set(tops) <= set(_SPLITS):
        return None
    return np.array([_SPLITS[top] for top in tops])


def _drawn(n: int, seed: int) -> np.ndarray:
    parts = np.full(n, "train", dtype="<U10")
    validation, test, _ = np.split(permutation(n, seed), [n // 10, 2 * (n // 10)])
    parts[validation], parts[test] = "validation", "test"
    return parts
