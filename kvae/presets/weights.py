"""The file of a preset's weights: Keras' HDF5 file without the optimizers' variables, compressed."""

from pathlib import Path

import h5py
import numpy as np

from kvae.errors import UserError
from kvae.loading.arrays import is_of_optimizer

SMALL = 4096
"""Size in bytes up to which an array is not compressed."""


def compress(source: Path, target: Path, half: bool) -> None:
    """Copy a file of weights without the optimizers' variables, compressed and, with `half`, in 16 bits.

    The file uses the groups of HDF5 1.8 and leaves small arrays uncompressed. Otherwise the file of a small model would
    be several times as large as its weights.
    """
    with h5py.File(source, "r") as old, h5py.File(target, "w", libver=("v108", "latest")) as new:

        def copy(name, each):
            if is_of_optimizer(name):
                return
            if isinstance(each, h5py.Group):
                new.require_group(name).attrs.update(each.attrs)
                return
            values = _rounded(name, each[()]) if half else each[()]
            options = {"compression": "gzip", "shuffle": True} if values.nbytes > SMALL else {}
            new.create_dataset(name, data=values, **options).attrs.update(each.attrs)

        new.attrs.update(old.attrs)
        old.visititems(copy)


def _rounded(name: str, values: np.ndarray) -> np.ndarray:
    """Return float32 `values` in 16 bits, and others as they are."""
    if values.dtype != np.float32:
        return values
    with np.errstate(over="ignore"):
        values = values.astype(np.float16)
    if not np.isfinite(values).all():
        raise UserError(
            f"Expected weights within 16 bits. Received: {name} with larger values. Store them in 32 bits, without half."
        )
    return values
