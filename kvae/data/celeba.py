"""CelebA, aligned and cropped faces with forty attributes (Liu et al. 2015), in the official files."""

from pathlib import Path

import numpy as np

from kvae.data import crop, image_dataset
from kvae.data.dataset import Dataset
from kvae.data.image_files import Picture, open_archive
from kvae.data.official_files import CELEBA, find
from kvae.data.splits import held_out_groups
from kvae.errors import UserError
from kvae.suggest import positions

_PARTS = np.array(["train", "validation", "test"])


def load(
    folder: Path,
    *,
    size: int = 64,
    attributes: tuple[str, ...] | None = None,
    skip_damaged: bool = False,
    seed: int = 0,
) -> Dataset:
    """Faces (size, size, 3) with 0/1 attributes: all forty, or `attributes` in the order given.

    The columns are "file" and, where `identity_CelebA.txt` is there, "identity". The split is that of
    `list_eval_partition.txt`. When that leaves no validation image among the pictures that are present, a
    tenth of the training images becomes validation, drawn by `seed` with no identity on both sides.
    """
    archive = open_archive(find(folder, CELEBA[0])[0])
    files = [picture.file for picture in archive.pictures]
    names, y = _read_attributes(find(folder, CELEBA[1])[0], archive.pictures)
    chosen = positions("attributes", attributes or names, names)
    identity = _read_numbers(folder, "identity_CelebA.txt", files)
    partition = _read_numbers(folder, "list_eval_partition.txt", files)
    parts, notes = _parts(partition, identity, len(files), seed)
    columns = {"file": np.array(files)}
    if identity is not None:
        columns["identity"] = identity
    return image_dataset.dataset(
        "celeba",
        archive,
        archive.pictures,
        parts,
        y=y[:, chosen],
        labels=tuple(names[k] for k in chosen),
        columns=columns,
        size=size,
        box=crop.face,
        skip_damaged=skip_damaged,
        notes=notes,
    )


def _parts(
    partition: np.ndarray | None, identity: np.ndarray | None, n: int, seed: int
) -> tuple[np.ndarray, tuple[str, ...]]:
    """The split of each picture by name (N,), and a note when it had to be drawn."""
    partition = np.zeros(n, np.int32) if partition is None else partition
    if not np.isin(partition, (0, 1, 2)).all():
        raise UserError(f"Expected a partition of 0, 1 and 2. Received: {sorted(set(partition.tolist()))[:5]}.")
    if (partition == 1).any():
        return _PARTS[partition], ()
    train = np.flatnonzero(partition == 0)
    people = train if identity is None else identity[train]
    held = train[held_out_groups(people, seed)]
    partition[held] = 1
    apart = "" if identity is None else ", no identity on both sides"
    note = f"The partition leaves no validation image: {len(held):,} training images drawn{apart}."
    return _PARTS[partition], (note,)


def _read_attributes(path: Path, found: tuple[Picture, ...]) -> tuple[list[str], np.ndarray]:
    """The attributes' names, and 0/1 values uint8 (N, A) for the pictures found.

    The file: a count; the names; then per image its file name and -1 or 1 for each name.
    """
    lines = path.read_text("utf-8", "replace").splitlines()
    names = lines[1].split() if len(lines) > 1 else []
    rows = {line[: line.find(" ")]: line for line in lines[2:]}
    missing = next((picture.file for picture in found if picture.file not in rows), None)
    if missing or not names:
        raise UserError(f"Expected attributes of every picture. Received: {path} without {missing or 'any'}.")
    text = " ".join(rows[picture.file].partition(" ")[2] for picture in found)
    try:
        values = np.fromstring(text, np.int8, sep=" ")
    except ValueError:
        values = np.empty(0, np.int8)
    if values.size != len(found) * len(names) or not (np.abs(values) == 1).all():
        raise UserError(f"Expected -1 or 1 for each of {len(names)} attributes. Received: other entries in {path}.")
    return names, (values > 0).astype(np.uint8).reshape(len(found), len(names))


def _read_numbers(folder: Path, name: str, files: list[str]) -> np.ndarray | None:
    """The number of each picture (N,) in an official list of files and numbers; None without list."""
    paths = find(folder, name)
    if not paths:
        return None
    try:
        numbers = dict(line.split() for line in paths[0].read_text("utf-8", "replace").splitlines() if line)
        return np.array([int(numbers[file]) for file in files], np.int32)
    except KeyError as error:
        raise UserError(f"Expected a line for every picture. Received: {paths[0]} without {error.args[0]}.") from error
    except ValueError as error:
        raise UserError(f"Expected lines of a file and a number. Received: {paths[0]}: {error}.") from error
