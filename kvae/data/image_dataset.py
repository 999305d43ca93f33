"""From picture files to a data set: decoded in parallel, cached, split, damaged ones refused or left out."""

import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from kvae.data import cache, crop, decoding
from kvae.data.dataset import Dataset, Split
from kvae.data.fingerprint import fingerprint
from kvae.data.image_files import Archive, Picture
from kvae.errors import UserError

_CHUNK = 256  # pictures decoded ahead of the one that is written


def dataset(
    name: str,
    archive: Archive,
    pictures: Sequence[Picture],
    parts: np.ndarray,
    *,
    y: np.ndarray | None,
    labels: tuple[str, ...],
    columns: Mapping[str, np.ndarray],
    size: int | None,
    color: str = "rgb",
    box: crop.Box = crop.centre,
    skip_damaged: bool = False,
    notes: tuple[str, ...] = (),
) -> Dataset:
    """A data set of `pictures`, each in the split that `parts` (N,) names: "train", "validation" or "test".

    y, columns: one entry per picture, as in `Split`. size, color, box: as in `decoding.decode`; without `size`
    all pictures must be of one size. The fingerprint covers names, contents and what is known about the
    pictures, not their dates, nor whether they lie in a folder or in a zip.
    """
    decoding.check_size(size)
    settings = {"size": size, "color": color, "box": box}
    splits, contents, damaged = dict.fromkeys(("train", "validation", "test")), [], {}
    first = None
    for part in splits:
        rows = np.flatnonzero(parts == part)
        if not len(rows):
            continue
        chosen = [pictures[i] for i in rows]
        x, taken = cache.prepared(
            f"{name.partition(':')[0]} {part}",
            [size, color, box.__name__, archive.identity, [(p.name, p.stamp) for p in chosen]],
            len(chosen),
            lambda taken, chosen=chosen: _rows(archive, chosen, taken, skip_damaged, **settings),
        )
        if taken["damaged"] and not skip_damaged:
            raise _refusal(archive, *next(iter(taken["damaged"].items())))
        damaged |= taken["damaged"]
        if len(x):
            kept = rows[[picture.name not in damaged for picture in chosen]]
            shape = pictures[kept[0]].name, x.shape[1:]
            first = first or shape
            expect_shape(first, shape)
            facts = {key: column[kept] for key, column in columns.items()}
            splits[part] = Split(x, None if y is None else y[kept], facts)
            contents += [part, taken["content"], *facts.values(), *(() if y is None else (y[kept],))]
    if splits["train"] is None:
        raise UserError(f"Expected whole training pictures. Received: none in {archive.path}.")
    return Dataset(
        name,
        **splits,
        labels=labels,
        support="bytes",
        fingerprint=fingerprint(size, color, box.__name__, labels, *contents),
        notes=(*notes, *_notes(damaged)),
    )


def _rows(
    archive: Archive, pictures: list[Picture], notes: dict, skip_damaged: bool, **settings
) -> Iterator[np.ndarray | None]:
    """Decoded pictures, None where damaged; notes "content" (a digest) and "damaged" (name: reason)."""
    notes["damaged"] = {}
    checksums, first = [], None
    for picture, (checksum, x, reason) in zip(pictures, _decoded(archive, pictures, settings), strict=True):
        checksums.append(checksum)
        if x is None:
            if not skip_damaged:
                raise _refusal(archive, picture.name, reason)
            notes["damaged"][picture.name] = reason
        else:
            first = first or (picture.name, x.shape)
            expect_shape(first, (picture.name, x.shape))
        yield x
    notes["content"] = fingerprint(checksums)


def expect_shape(first: tuple[str, tuple[int, ...]], other: tuple[str, tuple[int, ...]]) -> None:
    """Raises `UserError` when two pictures, each a name and a shape (H, W, C), differ in shape."""
    if first[1] != other[1]:
        received = ", ".join(f"{name} of {'×'.join(map(str, shape))}" for name, shape in (first, other))
        raise UserError(
            f"Expected pictures of one size. Received: {received}. "
            "Give size=64, or another edge length, to crop and scale them all."
        )


def _decoded(archive: Archive, pictures: list[Picture], settings: dict) -> Iterator[tuple[int, np.ndarray | None, str]]:
    """For each picture: the CRC-32 of its file, the decoded array or None, and why it is None."""

    def decode(picture):
        data = b""
        try:
            data = archive.read(picture)
            return zlib.crc32(data), decoding.decode(data, **settings), ""
        except UserError:
            raise
        except Exception as error:  # Pillow and zipfile raise whatever the damaged bytes lead them to
            return zlib.crc32(data), None, _reason(error)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in range(0, len(pictures), _CHUNK):
            yield from pool.map(decode, pictures[start : start + _CHUNK])


def _reason(error: Exception) -> str:
    from PIL import UnidentifiedImageError

    if isinstance(error, UnidentifiedImageError):
        return "not a picture"
    return str(error) or type(error).__name__


def _refusal(archive: Archive, name: str, reason: str) -> UserError:
    return UserError(
        f"Expected whole pictures. Received: {name} in {archive.path}: {reason.rstrip('.')}. "
        "Get the file again, or leave damaged pictures out with skip_damaged=True (--skip-damaged)."
    )


def _notes(damaged: dict[str, str]) -> tuple[str, ...]:
    if not damaged:
        return ()
    name, reason = next(iter(damaged.items()))
    pictures = "picture" if len(damaged) == 1 else "pictures"
    return (f"{len(damaged):,} damaged {pictures} left out, the first: {name} ({reason}).",)
