"""The file of a preset's weights: Keras' HDF5 file without the optimizers', compressed."""

import hashlib
from pathlib import Path

import h5py
import numpy as np

from kvae.errors import UserError

SMALL = 4096
"""Bytes of an array that is not compressed."""


def elements(path: Path) -> int:
    """How many numbers the model's variables have in a file of weights; the optimizer's are left out."""
    count = []

    def add(name, each):
        if isinstance(each, h5py.Dataset) and name.partition("/")[0] != "optimizer":
            count.append(each.size)

    with h5py.File(path, "r") as file:
        file.visititems(add)
    return int(sum(count))


def compress(source: Path, target: Path, half: bool) -> None:
    """Copies a file of weights without its optimizers', compressed and, with `half`, in 16 bits.

    Groups are those of HDF5 1.8, and small arrays are not compressed: either way a model of few weights would take several
    times their size.
    """
    with h5py.File(source, "r") as old, h5py.File(target, "w", libver=("v108", "latest")) as new:

        def copy(name, each):
            if name.partition("/")[0] == "optimizer":
                return
            if isinstance(each, h5py.Group):
                new.require_group(name).attrs.update(each.attrs)
                return
            values = each[()]
            if half and values.dtype == np.float32:
                with np.errstate(over="ignore"):
                    values = values.astype(np.float16)
                if not np.isfinite(values).all():
                    raise UserError(
                        f"Expected weights within 16 bits. Received: {name} with larger ones. Leave half out."
                    )
            options = {"compression": "gzip", "shuffle": True} if values.nbytes > SMALL else {}
            new.create_dataset(name, data=values, **options).attrs.update(each.attrs)

        new.attrs.update(old.attrs)
        old.visititems(copy)


def sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
