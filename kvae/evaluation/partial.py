"""Values of a long estimate, stored while it runs, so that it resumes where it was stopped."""

import contextlib
import logging
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from kvae.data import cache
from kvae.data.fingerprint import fingerprint
from kvae.data.npz import read_arrays
from kvae.errors import UserError
from kvae.files import atomic
from kvae.version import installed_versions

SECONDS_BETWEEN_WRITES = 30.0
"""Minimum number of seconds between two writes."""

DAYS = 30
"""Number of days for which the values of an estimate are stored if nobody resumes it."""

logger = logging.getLogger(__name__)


def stored_as(model, data: Iterable[tuple], *identity: Any) -> Path | None:
    """Return the file for the values of an estimate of `model` and `data`, in the cache of kvae, or None without a cache.

    Its name is a hash of everything that the values depend on: the weights, the arrays of all batches, `identity` (JSON
    values), the backend and the versions. Files that are older than `DAYS` are removed.
    """
    import keras

    try:
        folder = cache.folder()
    except UserError:  # the account has no home directory
        return None
    for file in folder.glob("estimate-*.npz"):
        with contextlib.suppress(OSError):
            if time.time() - file.stat().st_mtime > DAYS * 24 * 3600:
                file.unlink()
    weights = (fingerprint(keras.ops.convert_to_numpy(variable)) for variable in model.weights)
    arrays = (fingerprint(np.asarray(array)) for batch in data for array in batch)
    versions = installed_versions(keras.backend.backend())
    return folder / f"estimate-{fingerprint(identity, type(model).__name__, versions, *weights, *arrays)[:20]}.npz"


class Partial:
    """The values of the examples that an estimate has reached, in the order of the examples.

    In a `with` block they are stored in `path` every half minute, and at the end if the block raises. A complete estimate
    removes the file. The first block of examples is always computed. The values of the file are used only if those of this
    block are equal bit for bit.

    Args:
        state: variable that holds the state of the seed generator.
        path: the file; None to store nothing.
    """

    def __init__(self, state, path: Path | None = None):
        self.path = path
        self._state = state
        self._blocks: list[np.ndarray] = []
        self._after = np.empty(0)  # the state of the generator after these blocks
        self._written = time.monotonic()
        self._earlier, self._earlier_state = np.empty(0), np.empty(0)
        if path is not None:
            with contextlib.suppress(FileNotFoundError, UserError):  # it is missing or damaged
                self._earlier, self._earlier_state = read_arrays(path, "values", "state")

    @property
    def values(self) -> np.ndarray:
        """The values of all examples so far: (n,), float64."""
        return np.concatenate([np.empty(0), *self._blocks])

    def known(self, count: int) -> np.ndarray | None:
        """Return the values of the next `count` examples if the file holds them, or else None."""
        done = sum(map(len, self._blocks))
        return self._earlier[done : done + count] if 0 < done < len(self._earlier) else None

    def add(self, values: np.ndarray) -> None:
        """Add the values of the next block of examples."""
        from keras import ops

        self._blocks.append(values)
        self._after = np.array(ops.convert_to_numpy(self._state))  # a copy: the next draws change the state in place
        if len(self._blocks) == 1:
            self._compare(values)
        elif time.monotonic() - self._written >= SECONDS_BETWEEN_WRITES:
            self._write()

    def _compare(self, first: np.ndarray) -> None:
        """Resume the earlier estimate if its first block is `first`."""
        if not np.array_equal(self._earlier[: len(first)], first):
            self._earlier = np.empty(0)
        elif len(self._earlier) > len(first):
            logger.info("Resuming the estimate: %s examples are done.", f"{len(self._earlier):,}")
            self._state.assign(self._earlier_state)

    def _write(self) -> None:
        values = self.values
        if self.path is None or len(values) <= len(self._earlier):
            return
        self._written = time.monotonic()
        try:
            with atomic(self.path) as temporary, open(temporary, "wb") as file:
                np.savez(file, values=values, state=self._after)
        except OSError as error:
            logger.warning("The estimate cannot be resumed if it is stopped: %s.", error.strerror or error)
            self.path = None

    def __enter__(self) -> "Partial":
        return self

    def __exit__(self, kind, *_) -> None:
        if kind is not None:
            self._write()
        elif self.path is not None:
            self.path.unlink(missing_ok=True)
