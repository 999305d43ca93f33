"""Data sets prepared by TensorFlow Datasets (TFDS). Only this file imports TFDS, and only when it is used."""

import contextlib
import functools
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from kvae.data import cache, official_files
from kvae.data.dataset import Dataset, Split
from kvae.data.fingerprint import fingerprint
from kvae.data.image_dataset import expect_shape
from kvae.data.splits import held_out
from kvae.errors import UserError
from kvae.images import crop, decoding
from kvae.suggest import positions

_SPLITS = ("train", "validation", "test")


def load(
    builder: str,
    data_dir: Path,
    name: str | None = None,
    box: crop.Box = crop.centre,
    *,
    size: int | None = None,
    classes: tuple[str, ...] | None = None,
    attributes: tuple[str, ...] | None = None,
    validation: float = 0.1,
    download: bool = False,
    limit: int | None = None,
    seed: int = 0,
) -> Dataset:
    """Return the images of a prepared TFDS data set, labelled by its `ClassLabel` or by its 0/1 "attributes".

    The splits are those of TFDS. If there is no validation split, `seed` draws one from the training images. With
    `size`, the part of each image in `box` is scaled to size × size.

    name: name of the `Dataset`, by default tfds:`builder`.
    classes: names of the classes that are kept, numbered in the order given. By default all.
    attributes: names of the attributes that are kept, in the order given. By default all.
    validation: share of the training images that is drawn for validation.
    download: True if TFDS may download and prepare the data set.
    limit: number of examples that are kept of each split of TFDS, before a validation split is drawn.
    """
    decoding.check_size(size)
    source = _Source(builder, data_dir, download)
    # The split of TFDS from which each split is read.
    origins = {split: split for split in _SPLITS if split in source.counts}
    if "train" not in origins:
        raise UserError(f"Expected a split named train. Received: tfds:{builder} with {', '.join(source.counts)}.")
    y, keep, label_names = source.read_labels(origins, classes, attributes)
    if limit is not None:
        for mask in keep.values():
            mask[np.flatnonzero(mask)[limit:]] = False
    if "validation" not in origins:
        held = held_out(source.counts["train"], seed, validation)
        origins["validation"], y["validation"] = "train", y["train"]
        keep["validation"], keep["train"] = keep["train"] & held, keep["train"] & ~held

    def read(split):
        if split not in origins or not keep[split].any():
            return None, None
        x, notes = cache.prepared(
            f"tfds {source.name} {split}",
            [source.stamp, origins[split], fingerprint(keep[split]), size, box.__name__],
            int(keep[split].sum()),
            lambda notes: _rows(source.read_images(origins[split]), keep[split], notes, size, box),
        )
        return Split(x, None if y[split] is None else y[split][keep[split]]), notes["content"]

    (train, validation_split, test), contents = zip(*(read(split) for split in _SPLITS), strict=True)
    classified = [s.y for s in (train, validation_split, test) if s is not None and s.y is not None]
    return Dataset(
        name or f"tfds:{builder}",
        train,
        validation_split,
        test,
        label_names,
        "bytes",
        fingerprint("tfds", source.name, contents, label_names, size, box.__name__, *classified),
    )


def _rows(
    examples: Iterator[np.ndarray], keep: np.ndarray, notes: dict, size: int | None, box: crop.Box
) -> Iterator[np.ndarray]:
    """Yield the images (H, W, C) to keep, resized. Add "content", a fingerprint of the original images, to `notes`."""
    digests, first = [], None
    for i, image in enumerate(examples):
        if not keep[i]:
            continue
        digests.append(hashlib.sha256(np.ascontiguousarray(image).data).hexdigest())
        x = decoding.resize(image, size, box)
        first = first or (f"image {i}", x.shape)
        expect_shape(first, (f"image {i}", x.shape), size)
        yield x
    notes["content"] = fingerprint(digests)


class _Source:
    """A prepared TFDS data set of images.

    name: name with configuration and version.
    counts: number of examples in each split.
    stamp: a value that changes if the files do.
    """

    def __init__(self, builder: str, data_dir: Path, download: bool):
        home, self._name = _find(builder, data_dir, download)
        official_files.check_tfds_features(home, self._name)
        self._tfds = _import(builder)
        self._load = functools.partial(self._tfds.load, self._name, data_dir=str(home), download=download)
        with self._as_user_errors():
            _, info = self._load(with_info=True)
        self.name = info.full_name.replace("/", "-")
        self.counts = {split: entry.num_examples for split, entry in info.splits.items()}
        files = sorted((f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in Path(info.data_dir).iterdir())
        self.stamp = str(info.data_dir), files
        room = sum(size for _, size, _ in files)
        if impossible := {split: n for split, n in self.counts.items() if not 0 <= n <= room}:
            raise UserError(
                f"Expected as many examples as {room:,} bytes hold. Received: tfds:{builder}: {impossible}."
            )
        self._features = dict(info.features)
        self._image = self._key(self._tfds.features.Image, "image")
        image = self._features.get(self._image)
        if image is None or np.dtype(image.np_dtype) != np.uint8 or image.shape[-1:] not in ((1,), (3,)):
            raise UserError(f"Expected images of 1 or 3 channels of bytes. Received: tfds:{builder}: {image}.")

    def read_labels(
        self, splits: Iterable[str], classes: tuple[str, ...] | None, attributes: tuple[str, ...] | None
    ) -> tuple[dict[str, Any], dict[str, np.ndarray], tuple[str, ...]]:
        """Return y of each split or None, a mask of the examples to keep in each split, and the names of the labels."""
        keep = {split: np.ones(self.counts[split], bool) for split in splits}
        label = self._key(self._tfds.features.ClassLabel, "label")
        if self._key(self._tfds.features.FeaturesDict, "attributes") == "attributes" and classes is None:
            known = sorted(self._features["attributes"])
            chosen = [known[k] for k in positions("attributes", attributes or known, known)]
            read = {split: self._read(split, "attributes") for split in splits}
            values = {
                split: [self._checked(read[split][name], split, name, 0, 1) for name in chosen] for split in splits
            }
            y = {split: np.stack(columns, 1).astype(np.uint8) for split, columns in values.items()}
            return y, keep, tuple(chosen)
        if label is not None and attributes is None:
            known = self._features[label].names
            chosen = positions("classes", classes or known, known)
            new_label = np.full(len(known) + 1, -1, np.int32)  # of each class; -1 if it is not chosen, and of label -1
            new_label[chosen] = np.arange(len(chosen))
            last = len(known) - 1
            values = {split: self._checked(self._read(split, label), split, label, -1, last) for split in splits}
            y = {split: new_label[labels] for split, labels in values.items()}
            return y, {split: y[split] >= 0 for split in splits}, tuple(known[k] for k in chosen)
        if classes or attributes:
            raise UserError(f"Expected a data set with these labels. Received: {classes=}, {attributes=}.")
        return dict.fromkeys(splits), keep, ()

    def read_images(self, split: str) -> Iterator[np.ndarray]:
        """Yield the images (H, W, C) of a split, in the order of TFDS."""
        image_only = self._tfds.decode.PartialDecoding({self._image: True})
        with self._as_user_errors():
            for example in self._tfds.as_numpy(self._load(split=split, decoders=image_only)):
                yield example[self._image]

    def _read(self, split: str, feature: str):
        """Return the values of a feature other than the image for a whole split."""
        feature_only = self._tfds.decode.PartialDecoding({feature: True})
        with self._as_user_errors():
            return self._tfds.as_numpy(self._load(split=split, decoders=feature_only, batch_size=-1))[feature]

    def _checked(self, values, split: str, feature: str, least: int, most: int) -> np.ndarray:
        """Return `values`. Raise `UserError` unless they are one integer from `least` to `most` for each example."""
        values = np.asarray(values)
        whole = values.shape == (self.counts[split],) and values.dtype.kind in "biu"
        if not whole or values.min(initial=least) < least or values.max(initial=least) > most:
            raise UserError(
                f"Expected an integer from {least} to {most} for each of {self.counts[split]} examples. "
                f"Received: tfds:{self._name}/{split}: {feature}, {values.dtype} {values.shape}, or other values."
            )
        return values

    def _key(self, kind: type, usual: str) -> str | None:
        """Return the key of a feature of type `kind`: `usual`, or else the first, or None if there is none."""
        keys = [key for key, feature in self._features.items() if isinstance(feature, kind)]
        return usual if usual in keys else next(iter(keys), None)

    @contextlib.contextmanager
    def _as_user_errors(self) -> Iterator[None]:
        """Turn every exception into `UserError`, because TFDS raises exceptions of many types."""
        try:
            yield
        except Exception as error:
            text = re.sub(r"\{\{.*?\}\}|\[Op:.*", "", str(error)).strip()  # names of TensorFlow's internal nodes
            reason = text.splitlines()[0].rstrip(" .") if text else type(error).__name__
            raise UserError(
                f"Expected a data set that TFDS can read. Received: tfds:{self._name}: {reason}."
            ) from error


def _import(builder: str):
    try:
        import tensorflow_datasets
    except ImportError as error:
        raise UserError(
            f"Expected tensorflow-datasets. Received: tfds:{builder}, but {error}. "
            'Install it: pip install "kvae-zoo[tfds]".'
        ) from error
    return tensorflow_datasets


def _find(builder: str, data_dir: Path, download: bool) -> tuple[Path, str]:
    """Return the folder that TFDS reads (or, with `download`, writes) and the name of the data set in it."""
    found = official_files.find_tfds(builder, data_dir)
    if found is None and not download:
        places = " or ".join(dict.fromkeys(str(folder) for folder in official_files.tfds_folders(data_dir)))
        raise UserError(
            f"Expected a data set that TFDS has prepared. Received: tfds:{builder}, not in {places}. "
            f"Prepare it once with tensorflow_datasets.load('{builder}'), or allow it with download=True."
        )
    return found or (official_files.tfds_folders(data_dir)[-1], builder)
