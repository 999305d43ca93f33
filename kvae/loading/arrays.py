"""Checks that an HDF5 file of weights is harmless to read. It may come from anyone."""

import math
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import h5py

from kvae.errors import UserError, first_line
from kvae.loading.size import MAX_PARAMETERS

MAX_BYTES = 2**30
"""Largest size of a file of weights."""

MAX_CHUNK = 2**26
"""Largest size in bytes of a chunk, the part of an array that HDF5 compresses and reads at once."""

_DEFLATE, _SHUFFLE = h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE
_FILTERS = ([], [_SHUFFLE], [_DEFLATE], [_SHUFFLE, _DEFLATE])
"""Sequences of HDF5 filters that an array may have."""


def check_weights(path: str | os.PathLike, name: str) -> None:
    """Raise `UserError` unless the HDF5 file `path` holds only plain arrays, all of them within the file and bounded.

    `name` is what errors call the file.
    """
    size = os.path.getsize(path)
    if size > MAX_BYTES:
        raise UserError(f"Expected at most {MAX_BYTES:,} bytes of weights. Received: {name}, which is larger.")
    total = 0
    try:
        with h5py.File(path, "r") as file:
            for dataset in _datasets(file, name):
                total += _size_of(dataset, name)
                _check_chunks(dataset, size, name)
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, zlib.error) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"The weights in {name} are damaged ({first_line(error)}). Get the preset again.") from error
    if total > 4 * MAX_PARAMETERS:  # of 4 bytes each, in float32
        raise UserError(
            f"Expected at most {MAX_PARAMETERS:,} parameters. Received: {name} with arrays of {total:,} bytes."
        )


def element_count(path: Path) -> int:
    """Return the number of values in a file of weights, without the optimizers' variables."""
    sizes = []

    def add(name, each):
        if isinstance(each, h5py.Dataset) and not is_of_optimizer(name):
            sizes.append(each.size)

    with h5py.File(path, "r") as file:
        file.visititems(add)
    return int(sum(sizes))


def is_of_optimizer(name: str) -> bool:
    """Return True if the array `name` of a file of weights belongs to the optimizers."""
    return name.partition("/")[0] == "optimizer"


def _datasets(file, name: str) -> Iterator[h5py.Dataset]:
    """Yield every array of an open HDF5 file. Refuse links, and arrays that occur twice."""
    waiting, seen = [file], set()
    while waiting:
        group = waiting.pop()
        for key in group:
            if not isinstance(group.get(key, getlink=True), h5py.HardLink):
                raise UserError(f"Expected weights within their file. Received: {name}, where {key!r} is a link.")
            each = group[key]
            address = h5py.h5o.get_info(each.id).addr
            if address in seen:
                raise UserError(f"Expected each array once. Received: {name}, where {key!r} repeats another.")
            seen.add(address)
            if isinstance(each, h5py.Group):
                waiting.append(each)
            elif isinstance(each, h5py.Dataset):
                yield each
            else:
                raise UserError(f"Expected arrays. Received: {name}, where {key!r} is not one.")


def _size_of(dataset: h5py.Dataset, name: str) -> int:
    if dataset.external or dataset.is_virtual:
        raise UserError(
            f"Expected weights within their file. Received: {name}, where {dataset.name} is stored elsewhere."
        )
    if dataset.dtype.kind not in "fiub" or dataset.shape is None:
        raise UserError(f"Expected arrays of numbers. Received: {name}, where {dataset.name} is of {dataset.dtype}.")
    return math.prod(dataset.shape) * dataset.dtype.itemsize


def _check_chunks(dataset: h5py.Dataset, file_size: int, name: str) -> None:
    """Refuse chunks that unpack to more than their size, because HDF5 allocates whatever they unpack to."""
    if dataset.chunks is None:
        return
    properties = dataset.id.get_create_plist()
    filters = [properties.get_filter(i)[0] for i in range(properties.get_nfilters())]
    size = math.prod(dataset.chunks) * dataset.dtype.itemsize
    if filters not in _FILTERS or size > MAX_CHUNK:
        raise UserError(
            f"Expected arrays in chunks of at most {MAX_CHUNK:,} bytes, compressed by gzip or not at all. "
            f"Received: {name}, where {dataset.name} has chunks of {size:,} bytes and the filters {filters}."
        )
    for number in range(dataset.id.get_num_chunks()):
        chunk = dataset.id.get_chunk_info(number)
        if chunk.size > file_size:
            raise ValueError("a chunk is larger than the file")
        mask, packed = dataset.id.read_direct_chunk(chunk.chunk_offset)
        # HDF5 leaves a chunk as it is where compression would gain nothing.
        is_packed = _DEFLATE in filters and not mask >> filters.index(_DEFLATE) & 1
        unpacked = zlib.decompressobj().decompress(packed, size + 1) if is_packed else packed
        if len(unpacked) != size:
            raise UserError(
                f"Expected chunks of {size:,} bytes. Received: {name}, where a chunk of {dataset.name} unpacks to "
                f"{'more' if len(unpacked) > size else 'fewer'}."
            )
