"""A user's folder or zip file of images. The folder that holds an image is its class."""

from pathlib import Path

import numpy as np

from kvae.data import image_dataset
from kvae.data.dataset import Dataset
from kvae.data.splits import permutation
from kvae.errors import UserError
from kvae.images.archives import ImageFile, open_archive
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
    """Return all images below `path`, each labelled by the folder that holds it.

    Images that all lie in one folder have no labels.

    The top-level folders `train`, `validation` (or `val`, `valid`) and `test` are the splits if `train` exists and no
    other top-level folder does. Otherwise `seed` draws a tenth of the images for validation and another tenth for
    testing. With `size`, the largest centred square of each image is scaled to size × size.

    color: "rgb" or "gray".
    """
    require("color", color, ("rgb", "gray"))
    if not path.exists():
        raise UserError(f"Expected a folder or a zip file of images. Received: {path}, which does not exist.")
    archive = open_archive(path)
    parents = [image.parent for image in archive.images]
    splits = _named_splits(archive.images)
    if splits is None:
        splits = _drawn_splits(len(parents), seed)
    elif set(parents) <= set(_SPLITS):
        parents = [""] * len(parents)
    names, y = np.unique(parents, return_inverse=True)
    return image_dataset.from_archive(
        f"folder:{path}",
        archive,
        splits,
        y=y.astype(np.int32) if len(names) > 1 else None,
        label_names=tuple(names.tolist()) if len(names) > 1 else (),
        columns={"file": np.array([image.name for image in archive.images])},
        size=size,
        color=color,
        skip_damaged=skip_damaged,
    )


def _named_splits(images: tuple[ImageFile, ...]) -> np.ndarray | None:
    """Return the split of each image (N,) if all top-level folders are named after splits, or else None."""
    tops = [image.name.partition("/")[0] for image in images]
    if "train" not in tops or not set(tops) <= set(_SPLITS):
        return None
    return np.array([_SPLITS[top] for top in tops])


def _drawn_splits(n: int, seed: int) -> np.ndarray:
    """Return a split for each of `n` images (n,), drawn by `seed`."""
    splits = np.full(n, "train", dtype="<U10")
    validation, test, _ = np.split(permutation(n, seed), [n // 10, 2 * (n // 10)])
    splits[validation], splits[test] = "validation", "test"
    return splits
