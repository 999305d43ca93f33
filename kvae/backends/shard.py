"""The part of each batch that one process loads."""

from typing import Any, NamedTuple

import numpy as np


class Shard(NamedTuple):
    """One process among several that train on the same batches. By default there is one process with one device.

    Batch sizes are rounded down to a multiple of `multiple`, the number of devices, which drops a remainder at the end of
    an epoch. Of each batch this process loads part `index` of `count` equal parts.
    """

    multiple: int = 1
    index: int = 0
    count: int = 1

    def whole(self, size: int) -> int:
        """Return `size`, rounded down to what the devices can share equally."""
        return size // self.multiple * self.multiple

    def part(self, rows: np.ndarray) -> Any:
        """Return this process's part of the rows of a batch."""
        return np.split(rows, self.count)[self.index]
