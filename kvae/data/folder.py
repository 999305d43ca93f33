"""A user's folder or zip file of images. The folder that holds an image is its class."""

from pathlib import Path

import numpy as np

from kvae.data import image_dataset
from kvae.data.dataset import Dataset
from kvae.data.layout import read_layout
from kvae.images import crop
from kvae.suggest import require


def load(
    path: Path,
    *,
    size: int | None = None,
    color: str = "rgb",
    aspect: str = "square",
    splits: str = "auto",
    skip_damaged: bool = False,
    limit: int | None = None,
    seed: int = 0,
) -> Dataset:
    """Return all images below `path`, each labelled by the folder that holds it.

    If folders are named `train`, `val` (or `valid`, `validation`) and `test` (or `training`, `testing`), in any case, at
    the top or within other folders, they are the splits. Images outside of them are left out, with a note. Otherwise a
    hash of the name and of `seed` draws a tenth of the images for validation and another tenth for testing. Fewer than
    ten images are all training images.

    A class is called by the path of its folder, without the folder of the split and without the folders that hold all
    images, such as "Greek/alpha". Images that all lie in one folder have no labels.

    size: number of pixels to which the shorter edge of each image is scaled, after it has been cropped to `aspect`. Without
        a size, images are neither cropped nor scaled.
    color: "rgb" or "gray".
    aspect: aspect of the largest centred part of an image that is kept: "square", a ratio width:height such as "16:9", or
        "keep" for the whole image. With "keep", all images must have the same aspect.
    splits: "auto"; "random" to take folders named after splits for classes; or "named", with which other folders next
        to `val` or `test` are training images. If only some folders are named after splits, "auto" raises an error.
    limit: number of images that are read, the first of each folder in turn; of each split if folders are the splits.
    """
    require("color", color, ("rgb", "gray"))
    require("splits", splits, ("auto", "named", "random"))
    box = crop.of_aspect(aspect)
    archive = image_dataset.open_own(path)
    names = [image.name for image in archive.images]
    split, y, label_names, notes = read_layout([image.folders for image in archive.images], names, splits, seed, limit)
    return image_dataset.from_archive(
        f"folder:{path}",
        archive,
        split,
        y=y if label_names else None,
        label_names=label_names,
        columns={"file": np.array(names)},
        size=size,
        color=color,
        box=box,
        skip_damaged=skip_damaged,
        notes=notes,
    )
