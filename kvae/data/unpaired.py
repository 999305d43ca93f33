"""Images of two domains without pairs, in the layout of CycleGAN: the folders trainA, trainB, testA and testB."""

from pathlib import Path
from typing import Any

import numpy as np

from kvae.data import image_dataset
from kvae.data.dataset import Dataset
from kvae.data.layout import LEFT_OUT, listed, outside, split_and_class
from kvae.data.sources.monet2photo import SOURCE
from kvae.data.splits import with_validation
from kvae.errors import UserError
from kvae.images import crop
from kvae.images.archives import Archive, ImageFile
from kvae.suggest import require

DOMAINS = ("A", "B")


def load(
    path: Path,
    *,
    size: int | None = None,
    color: str = "rgb",
    aspect: str = "square",
    skip_damaged: bool = False,
    limit: int | None = None,
    seed: int = 0,
) -> Dataset:
    """Return the images below `path`, whose labels are the domains A and B.

    The images lie in folders trainA and trainB, with or without valA and valB, testA and testB, at the top or within other
    folders. If there are no validation images, `seed` draws a tenth of the training images of each domain. Images outside
    of these folders are left out, with a note.

    size, color, aspect: as for `kvae.data.folder.load`. Height and width must be even.
    limit: number of images that are read, the first of each of these folders.
    """
    require("color", color, ("rgb", "gray"))
    settings: dict[str, Any] = {
        "size": size,
        "color": color,
        "box": crop.of_aspect(aspect),
        "skip_damaged": skip_damaged,
    }
    return _read(f"unpaired:{path}", image_dataset.open_own(path), limit, seed, **settings)


def load_monet2photo(
    folder: Path, *, size: int = 64, skip_damaged: bool = False, limit: int | None = None, seed: int = 0
) -> Dataset:
    """Return paintings by Monet (A) and photographs of landscapes (B), (size, size, 3), of Zhu et al. (2017).

    `seed` draws a tenth of the training images of each domain for validation. `limit` is the number of images that are
    read from each of the folders trainA, trainB, testA and testB.
    """
    archive = image_dataset.open_official(folder, SOURCE.patterns[0])
    return _read("monet2photo", archive, limit, seed, size=size, skip_damaged=skip_damaged)


def _read(name: str, archive: Archive, limit: int | None, seed: int, *, size: int | None, **settings) -> Dataset:
    """Return the images of an archive in the layout of CycleGAN. `settings` are further arguments of `from_archive`."""
    image_dataset.expect_even(size)
    split, domain = np.array([_place(image) for image in archive.images]).T
    _check(archive, split, domain)
    names = np.array([image.name for image in archive.images])
    strays = names[split == LEFT_OUT]
    if limit is not None:
        for place, each in set(zip(split, domain, strict=True)):
            split[np.flatnonzero((split == place) & (domain == each))[limit:]] = LEFT_OUT
    split, notes = with_validation(split, domain, seed)
    dataset = image_dataset.from_archive(
        name,
        archive,
        split,
        y=(domain == DOMAINS[1]).astype(np.int32),
        label_names=DOMAINS,
        columns={"file": names},
        size=size,
        notes=(*notes, *([outside(strays)] if len(strays) else ())),
        **settings,
    )
    image_dataset.expect_even(*dataset.shape[:2])
    return dataset


def _place(image: ImageFile) -> tuple[str, str]:
    """Return the split and the domain of an image: those of the outermost of its folders that is named after both."""
    places = map(split_and_class, image.folders)
    return next((place for place in places if all(place)), (LEFT_OUT, ""))


def _check(archive: Archive, split: np.ndarray, domain: np.ndarray) -> None:
    """Raise `UserError` unless there are training images, and images of A and B in every split that has images."""
    found = set(zip(split, domain, strict=True)) - {(LEFT_OUT, "")}
    expected = {(place, each) for place in {"train", *(place for place, _ in found)} for each in DOMAINS}
    if found != expected:
        folders = [image.folders for image in archive.images]
        missing = " and ".join(place + each for place, each in sorted(expected - found))
        raise UserError(
            "Expected folders trainA and trainB, with or without testA and testB, each with images. "
            f"Received: {listed(folders, max(map(len, folders)))} in {archive.path}, without {missing}."
        )
