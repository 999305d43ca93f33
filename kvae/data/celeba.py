"""CelebA, aligned and cropped faces with forty attributes (Liu et al. 2015), from its official files."""

from pathlib import Path

import numpy as np

from kvae.data import image_dataset
from kvae.data.dataset import Dataset
from kvae.data.official_files import CELEBA, find
from kvae.data.splits import held_out_groups
from kvae.errors import UserError
from kvae.images import crop
from kvae.images.archives import ImageFile, open_archive
from kvae.suggest import positions

_SPLITS = np.array(["train", "validation", "test"])  # by their numbers in list_eval_partition.txt


def load(
    folder: Path,
    *,
    size: int = 64,
    attributes: tuple[str, ...] | None = None,
    skip_damaged: bool = False,
    seed: int = 0,
) -> Dataset:
    """Return faces (size, size, 3) with 0/1 attributes: all forty, or `attributes` in the order given.

    The columns are "file" and, if `identity_CelebA.txt` exists, "identity". `list_eval_partition.txt` gives the split
    of each image. Without this file, all images are training images.

    If no image of the folder is a validation image, `seed` draws a tenth of the training images for validation. If the
    identities are known, no person is then in both splits.
    """
    archive = open_archive(find(folder, CELEBA[0])[0])
    files = [image.file for image in archive.images]
    names, y = _read_attributes(find(folder, CELEBA[1])[0], archive.images)
    chosen = positions("attributes", attributes or names, names)
    identity = _read_numbers(folder, "identity_CelebA.txt", files)
    partition = _read_numbers(folder, "list_eval_partition.txt", files)
    splits, notes = _splits(partition, identity, len(files), seed)
    columns = {"file": np.array(files)}
    if identity is not None:
        columns["identity"] = identity
    return image_dataset.from_archive(
        "celeba",
        archive,
        splits,
        y=y[:, chosen],
        label_names=tuple(names[k] for k in chosen),
        columns=columns,
        size=size,
        box=crop.face,
        skip_damaged=skip_damaged,
        notes=notes,
    )


def _splits(
    partition: np.ndarray | None, identity: np.ndarray | None, n: int, seed: int
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the name of each image's split (N,), and a note if validation images had to be drawn."""
    partition = np.zeros(n, np.int32) if partition is None else partition
    if not np.isin(partition, (0, 1, 2)).all():
        raise UserError(f"Expected a partition of 0, 1 and 2. Received: {sorted(set(partition.tolist()))[:5]}.")
    if (partition == 1).any():
        return _SPLITS[partition], ()
    train = np.flatnonzero(partition == 0)
    people = train if identity is None else identity[train]
    held = train[held_out_groups(people, seed)]
    partition[held] = 1
    apart = "" if identity is None else ", with no person in both splits"
    note = f"There were no validation images. {len(held):,} training images were drawn for validation{apart}."
    return _SPLITS[partition], (note,)


def _read_attributes(path: Path, images: tuple[ImageFile, ...]) -> tuple[list[str], np.ndarray]:
    """Return the names of the attributes, and their values 0 or 1, uint8 (N, A), for `images`.

    The first line of the file is a count, and the second holds the names. Each further line holds the name of an image
    file and -1 or 1 for each attribute.
    """
    lines = path.read_text("utf-8", "replace").splitlines()
    names = lines[1].split() if len(lines) > 1 else []
    rows = {line[: line.find(" ")]: line for line in lines[2:]}
    missing = next((image.file for image in images if image.file not in rows), None)
    if missing or not names:
        raise UserError(f"Expected attributes of every image. Received: {path} without {missing or 'any'}.")
    text = " ".join(rows[image.file].partition(" ")[2] for image in images)
    try:
        values = np.fromstring(text, np.int8, sep=" ")
    except ValueError:
        values = np.empty(0, np.int8)
    if values.size != len(images) * len(names) or not (np.abs(values) == 1).all():
        raise UserError(f"Expected -1 or 1 for each of {len(names)} attributes. Received: other entries in {path}.")
    return names, (values > 0).astype(np.uint8).reshape(len(images), len(names))


def _read_numbers(folder: Path, name: str, files: list[str]) -> np.ndarray | None:
    """Return the number (N,) that an official list gives to each image file, or None if the list does not exist."""
    paths = find(folder, name)
    if not paths:
        return None
    try:
        numbers = dict(line.split() for line in paths[0].read_text("utf-8", "replace").splitlines() if line)
        return np.array([int(numbers[file]) for file in files], np.int32)
    except KeyError as error:
        raise UserError(f"Expected a line for every image. Received: {paths[0]} without {error.args[0]}.") from error
    except ValueError as error:
        raise UserError(f"Expected lines of a file and a number. Received: {paths[0]}: {error}.") from error
