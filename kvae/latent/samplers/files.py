"""The file of a sampler: plain arrays in an `.npz` file, which may come from anyone."""

import contextlib
from pathlib import Path
from typing import Any

import numpy as np

from kvae.data.npz import read_arrays
from kvae.errors import UserError, first_line
from kvae.files import atomic
from kvae.latent.samplers.sampler import Sampler, array_names

MAX_BYTES = 10**6
"""Largest size of the file, and of its arrays together."""


def write_sampler(path: Path, sampler: Sampler) -> None:
    """Write `sampler` to `path`, whole or not at all."""
    with atomic(path) as temporary, open(temporary, "wb") as file:
        arrays: dict[str, Any] = sampler.arrays()
        np.savez(file, **arrays)


def read_sampler(path: Path) -> Sampler:
    """Return the sampler in the file `path`, which may come from anyone.

    Raises:
        UserError: the file is too large or damaged, or holds anything but a sampler.
    """
    if path.stat().st_size > MAX_BYTES:
        raise UserError(f"Expected a sampler of at most {MAX_BYTES:,} bytes. Received: {path}, which is larger.")
    most = 2 * MAX_BYTES  # with headers; a stranger may compress larger arrays
    (kind,) = read_arrays(path, "kind", most=most)
    with _refused(path):
        names = array_names(kind)
    arrays = dict(zip(names, read_arrays(path, *names, most=most), strict=True))
    with _refused(path):
        if sum(array.nbytes for array in arrays.values()) > MAX_BYTES:
            raise ValueError("larger arrays than those of a sampler")
        return Sampler.from_arrays(arrays)


@contextlib.contextmanager
def _refused(path: Path):
    """Raise `UserError` for errors of arrays that are none of a sampler."""
    try:
        yield
    except (ValueError, OverflowError) as error:
        raise UserError(
            f"Expected a sampler, as kvae wrote it. Received: {path} ({first_line(error)}). Fit it again: kvae fit-sampler."
        ) from error
