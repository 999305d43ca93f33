"""CelebA, aligned and cropped faces with forty attributes (Liu et al. 2015), from its official files."""

from pathlib import Path

import numpy as np

from kvae.data import image_dataset
from kvae.data.dataset import Dataset
from kvae.data.label_lists import read_label_list
from kvae.data.official_files import find
from kvae.data.sources.celeba import SOURCE
from kvae.data.splits import held_out_groups
from kvae.images import crop
from kvae.images.archives import open_archive
from kvae.suggest import positions

_SPLITS = np.array(["train", "validation", "test"])  # by their numbers in list_eval_partition.txt


def load(
    folder: Path,
    *,
    size: int = 64,
    attributes: tuple[str, ...] | None = None,
    skip_damaged: bool = False,
    limit: int | None = None,
    seed: int = 0,
) -> Dataset:
    """Return faces (size, size, 3) with 0/1 attributes: all forty, or `attributes` in the order given.

    The columns are "file" and, if `identity_CelebA.txt` exists, "identity". `list_eval_partition.txt` gives the split
    of each image. Without this file, all images are training images, and a note says so. The lists may be CSV files.

    If no image of the folder is a validation image, `seed` draws a tenth of the training images for validation. If the
    identities are known, no person is then in both splits.

    limit: number of images, in the order of their names, that are read. The others do not exist for the splits. The first
        10,000 images are those of the published results. All of them are official training images.
    """
    archive = open_archive(find(folder, SOURCE.patterns[0])[0])
    files = [image.file for image in archive.images[:limit]]
    listed = read_label_list(find(folder, SOURCE.patterns[1])[0], header=True)
    chosen = positions("attributes", attributes or listed.names, listed.names)
    y = listed.values(files, f"-1 or 1 for each of {len(listed.names)} attributes", {"-1": 0, "1": 1}).astype(np.uint8)
    identity = _read_numbers(folder, "identity_CelebA", files, "a file and a number from 0 to 2^31 - 1")
    partition = _read_numbers(
        folder, "list_eval_partition", files, "a partition of 0, 1 and 2", {str(k): k for k in range(3)}
    )
    splits, notes = _splits(partition, identity, len(files), seed)
    columns = {"file": np.array(files)}
    if identity is not None:
        columns["identity"] = identity
    return image_dataset.from_archive(
        "celeba",
        archive,
        splits,
        y=y[:, chosen],
        label_names=tuple(listed.names[k] for k in chosen),
        columns=columns,
        size=size,
        box=crop.face,
        skip_damaged=skip_damaged,
        notes=notes,
    )


def _splits(
    partition: np.ndarray | None, identity: np.ndarray | None, n: int, seed: int
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the name of each image's split (N,), and notes on a missing partition and on validation images drawn."""
    notes = []
    if partition is None:
        partition = np.zeros(n, np.int32)
        notes.append(
            "list_eval_partition.txt (or .csv) is missing. All images are taken for training images, also those of the "
            "official test split."
        )
    if not (partition == 1).any():
        train = np.flatnonzero(partition == 0)
        held = train[held_out_groups(train if identity is None else identity[train], seed)]
        partition[held] = 1
        apart = "" if identity is None else ", with no person in both splits"
        notes.append(
            f"There were no validation images. {len(held):,} training images were drawn for validation{apart}."
        )
    return _SPLITS[partition], tuple(notes)


def _read_numbers(
    folder: Path, name: str, files: list[str], what: str, known: dict[str, int] | None = None
) -> np.ndarray | None:
    """Return the number (N,) that an official list gives to each image file, or None if the list does not exist."""
    paths = find(folder, f"{name}.txt|{name}.csv")
    return read_label_list(paths[0], header=False).values(files, what, known)[:, 0] if paths else None
