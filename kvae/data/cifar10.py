"""CIFAR-10 from its binary files. A record is a label byte, then 1,024 bytes each of red, green and blue."""

from pathlib import Path

import numpy as np

from kvae.data.dataset import Dataset, Split
from kvae.data.fingerprint import fingerprint
from kvae.data.official_files import find
from kvae.data.sources.cifar10 import SOURCE
from kvae.data.splits import held_out
from kvae.errors import UserError
from kvae.files import read_bytes
from kvae.suggest import positions

LABELS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_RECORD = 1 + 3 * 32 * 32  # bytes


def load(folder: Path, *, classes: tuple[str, ...] | None = None, limit: int | None = None, seed: int = 0) -> Dataset:
    """Return images (32, 32, 3) of all ten classes, or of `classes`, numbered in the order given.

    Files whose name begins with "test" are the test split. `seed` draws a tenth of the other records for validation. With
    `limit`, only the first records of these classes are read, so many of the test files and so many of the others.
    """
    # In reverse order, so that x.bin replaces x.bin.gz if both exist.
    files = {path.name.removesuffix(".gz"): path for path in reversed(find(folder, SOURCE.patterns[0]))}
    records = {"train": [], "test": []}  # arrays of records, one per file
    for name in sorted(files):
        records["test" if name.startswith("test") else "train"].append(read_records(files[name]))
    if not records["train"]:
        raise UserError(f"Expected training records in {folder} (data_batch_1.bin, ...). Received: {', '.join(files)}.")
    chosen = positions("classes", classes or LABELS, LABELS)
    train, test = (_split(arrays, chosen, limit) for arrays in records.values())
    if train is None:
        raise UserError(f"Expected training images of classes={classes}. Received: none in {folder}.")
    held = held_out(len(train), seed)
    limited = [] if limit is None else [limit]
    return Dataset(
        "cifar10",
        train[~held],
        train[held] if held.any() else None,
        test,
        tuple(LABELS[k] for k in chosen),
        "bytes",
        fingerprint("cifar10", *records["train"], "test", *records["test"], chosen, seed, *limited),
    )


def read_records(path: Path) -> np.ndarray:
    """Return the records of a file, uint8 (N, 3073)."""
    data = np.frombuffer(read_bytes(path), np.uint8)
    if not data.size or data.size % _RECORD:
        raise UserError(f"Expected records of {_RECORD} bytes. Received: {path} of {data.size:,} bytes.")
    records = data.reshape(-1, _RECORD)
    if records[:, 0].max() >= len(LABELS):
        raise UserError(f"Expected labels 0 to 9. Received: {path} with label {records[:, 0].max()}.")
    return records


def _split(arrays: list[np.ndarray], chosen: list[int], limit: int | None) -> Split | None:
    """Return the first images and labels of the chosen classes in arrays of records, or None if there are none."""
    new_label = np.full(len(LABELS), -1, np.int32)  # of each class; -1 if it is not chosen
    new_label[chosen] = np.arange(len(chosen))
    arrays = [records[new_label[records[:, 0]] >= 0] for records in arrays]
    if not sum(map(len, arrays)):
        return None
    records = np.concatenate(arrays)[:limit]
    x = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)  # (N, 32, 32, 3)
    return Split(np.ascontiguousarray(x), new_label[records[:, 0]])
