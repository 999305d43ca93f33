"""The part of each batch that one process loads."""

from typing import Any, NamedTuple

import numpy as np


class Shard(NamedTuple):
    """The part of each batch that this process loads, number `index` of `count` equal parts.

    Batch sizes are rounded down to a multiple of `multiple`, the number of devices in all processes. This drops a remainder
    at the end of an epoch. By default there is one process with one device.
    """

    multiple: int = 1
    index: int = 0  # type: ignore[assignment]  # hides a method of tuples that nothing calls
    count: int = 1  # type: ignore[assignment]  # likewise

    def whole(self, size: int) -> int:
        """Return `size`, rounded down to a number of examples that the devices can share equally."""
        return size // self.multiple * self.multiple

    def part(self, rows: np.ndarray) -> Any:
        """Return this process's part of `rows`, the indices of the examples of a batch."""
        return np.split(rows, self.count)[self.index]
