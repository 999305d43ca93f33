"""Fingerprints of data: equal contents have equal fingerprints on any machine."""

import hashlib
import json
from collections.abc import Iterator

import numpy as np

_BLOCK = 1 << 20  # bytes of a block
_MAX_BLOCKS = 1 << 10  # of an array


def fingerprint(*parts) -> str:
    """Return the SHA-256, in hexadecimal, of arrays (shape, type and contents) and JSON values, in order."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(f"{part.dtype.str}{part.shape}".encode())
            for block in blocks(part):
                digest.update(block.data)
        else:
            digest.update(json.dumps(part, sort_keys=True, default=str).encode())
        digest.update(b"\0")
    return digest.hexdigest()


def blocks(x: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the bytes of an array in blocks of 1 MiB. An array of more than 1 GiB yields 1,024 blocks, spread evenly.

    The checksum of a data set that is larger than memory thus takes little time. It does not cover all bytes.
    """
    data = np.ascontiguousarray(x).reshape(-1).view(np.uint8)
    starts = range(0, data.size, _BLOCK)
    if len(starts) > _MAX_BLOCKS:
        starts = np.linspace(0, data.size - _BLOCK, _MAX_BLOCKS).astype(np.int64)
    for start in starts:
        yield data[start : start + _BLOCK]
