"""The classes `Dataset` and `Split`: examples with labels or target images, in up to three splits."""

import dataclasses
import hashlib
import math
import numbers
from collections.abc import Mapping, Sequence

import numpy as np

from kvae.data.fingerprint import fingerprint
from kvae.data.splits import held_out_groups, permutation
from kvae.errors import UserError
from kvae.images.thumbnails import thumbnails

COPY = 0.95
"""Correlation of the thumbnails of two images from which on they count as copies."""

_RANGE_BYTES = 1 << 28  # a summary reads at most this many bytes of the training examples to find their range

_MAX_CLASSES = 1 << 16  # of labels without names


@dataclasses.dataclass(frozen=True, eq=False)
class Split:
    """Examples, their labels or targets, and further facts about them.

    x: images as uint8 (N, H, W, C), possibly a read-only memory map, or points as float32 (N, D).
    y: class indices as int32 (N,), -1 if an example is unlabelled; or 0/1 attributes as uint8 (N, A); or images as uint8
        (N, H, W, C), into which a model translates x; or None.
    columns: further facts by name ("file", "year", "identity", ...), each of length N.
    """

    x: np.ndarray
    y: np.ndarray | None = None
    columns: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        named = {"y": self.y, **self.columns} if self.y is not None else self.columns
        for name, column in named.items():
            if len(column) != len(self.x):
                raise UserError(
                    f"Expected one entry of {name} per example. Received: {len(column):,} for {len(self.x):,} examples."
                )

    def __repr__(self) -> str:
        labels = "" if self.y is None else f", y {self.y.dtype} {self.y.shape}"
        return f"Split(x {self.x.dtype} {self.x.shape}{labels})"

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, rows) -> "Split":
        """Return the split with only these rows. A slice is a view. A mask or a list of indices makes a copy."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        return Split(self.x[rows], None if self.y is None else self.y[rows], columns)


@dataclasses.dataclass(frozen=True, eq=False)
class Dataset:
    """Examples and labels, or targets, in a training split and, if they exist, a validation and a test split.

    label_names: the names of the classes (y of rank 1) or of the attributes (y of rank 2); () for other y.
    support: "bytes" (uint8, read as k/255 in [0, 1]), "binary" (0/1 images as uint8) or "real" (float32 points).
    fingerprint: SHA-256, in hexadecimal, of the source files' contents and the settings. Equal data and equal settings
        have equal fingerprints on any machine.
    notes: sentences about changes to the data that matter for the metrics of a model, such as images left out.
    """

    name: str
    train: Split
    validation: Split | None
    test: Split | None
    label_names: tuple[str, ...]
    support: str
    fingerprint: str
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Dataset {self.name}: {self._counts()}; {self._label_kind()}>"

    @classmethod
    def from_arrays(
        cls,
        x: np.ndarray,
        y: np.ndarray | None = None,
        *,
        label_names: Sequence[str] = (),
        held_out: float = 0.1,
        seed: int = 0,
        name: str = "arrays",
    ) -> "Dataset":
        """Return a data set of arrays, of which `seed` draws examples for validation and as many for testing.

        Args:
            x: images (N, H, W, C) or points (N, D). Values of uint8 are read as k/255, truth values as 0 and 1, and other
                numbers as they are.
            y: classes (N,), or 0/1 attributes (N, A), or images of uint8 (N, H, W, C), or None.
            label_names: names of the classes or attributes; by default their numbers.
            held_out: share of the examples in each of the two held-out splits.
            seed: seed of the splits.
            name: name of the data set.
        """
        x = np.asarray(x)
        if x.ndim < 2 or x.size == 0 or x.dtype.kind not in "buif" or not 0 < held_out < 0.5:
            raise UserError(
                "Expected examples (N, …) of numbers, and a held_out share between 0 and 0.5. "
                f"Received: x {x.dtype} {x.shape}, held_out={held_out}."
            )
        support = {"b": "binary"}.get(x.dtype.kind, "bytes" if x.dtype == np.uint8 else "real")
        x = x if support == "bytes" else x.astype("uint8" if support == "binary" else "float32")
        y = None if y is None else np.asarray(y)
        if y is not None and not (holds_images(y) and y.dtype == np.uint8):
            y = _labels(y, len(x), len(label_names))
            count = int(y.max()) + 1 if y.ndim == 1 else y.shape[1]
            label_names = tuple(label_names) or tuple(map(str, range(count)))
        n, order = round(held_out * len(x)), permutation(len(x), seed)
        rows = (np.sort(order[2 * n :]), np.sort(order[:n]), np.sort(order[n : 2 * n]))
        whole, arrays = Split(x, y), [x] if y is None else [x, y]
        found = fingerprint(held_out, seed, tuple(label_names), *arrays)
        validation, test = (whole[part] if len(part) else None for part in rows[1:])
        return cls(name, whole[rows[0]], validation, test, tuple(label_names), support, found)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example."""
        return self.train.x.shape[1:]

    def at_most(self, counts: int | Sequence[int]) -> "Dataset":
        """Return the data set with at most the first `counts` training examples, or the first counts[c] of each class c.

        Held-out data do not change.
        """
        each = counts if isinstance(counts, Sequence) and not isinstance(counts, str) else [counts]
        if not all(isinstance(n, numbers.Integral) and not isinstance(n, bool) and n >= 0 for n in each):
            raise UserError(
                f"Expected a number of training examples, or one for each class. Received: counts={counts!r}."
            )
        if not isinstance(counts, Sequence):
            note = f"The first {min(counts, len(self.train)):,} training examples were kept."
            return self._with_training_rows(slice(counts), f"at most {counts} in all", note)
        if self.train.y is None or self.train.y.ndim != 1 or len(counts) != len(self.label_names):
            raise UserError(
                f"Expected a number for each class of {', '.join(self.label_names)}. Received: {tuple(counts)}."
            )
        kept = [np.flatnonzero(self.train.y == number)[:count] for number, count in enumerate(counts)]
        rows = np.sort(np.concatenate(kept))
        by_class = ", ".join(str(len(group)) for group in kept)
        note = f"{len(rows):,} training examples were kept. By class: {by_class}."
        return self._with_training_rows(rows, f"at most {', '.join(map(str, counts))}", note)

    def with_test(self, count: int | None, group: str = "identity", seed: int = 0) -> "Dataset":
        """Return the data set with a test split: its validation split, which `count` training examples replace.

        Settings can then be chosen on the new validation split, and the metrics of the test split stay comparable with those
        of models that were trained without it. A data set that has a test split does not change.

        Args:
            count: number of training examples, or slightly fewer; None to change nothing.
            group: column whose values are not in both splits, such as persons, if the data set has it.
            seed: seed of the draw.
        """
        if count is None or self.test is not None:
            return self
        n = len(self.train)
        if not 0 < count < n or self.validation is None:
            raise UserError(
                f"Expected a number of training examples for validation, from 1 to {n - 1:,}, and validation examples to "
                f"test on. Received: count={count} for {self!r}."
            )
        groups = self.train.columns.get(group, np.arange(n))
        drawn = held_out_groups(groups, seed, count / n)
        note = (
            f"{drawn.sum():,} training examples were drawn for validation. The validation examples are the test split."
        )
        changed = self._with_training_rows(np.flatnonzero(~drawn), f"with test {count} {group} {seed}", note)
        return dataclasses.replace(changed, validation=self.train[drawn], test=self.validation)

    def repeating(self, names: Sequence[str], share: float) -> "Dataset":
        """Return the data set with repeated training examples of rare labels.

        An example with one or more of the labels `names` occurs round(share / frequency) times, and at least once. Here
        frequency is that of its rarest label among `names` in the training split. Held-out data do not change. The
        repetition changes p(y) but not p(x|y), and is meant for models of x given y.

        names: attributes or classes.
        share: number of training examples with a label after the repetition, divided by the number of all training
            examples before it.
        """
        if not names:
            return self
        unknown = [name for name in names if name not in self.label_names]
        if unknown or self.train.y is None:
            raise UserError(f"Expected labels of {self.name} to repeat. Received: {', '.join(unknown or names)}.")
        numbers, y = [self.label_names.index(name) for name in names], self.train.y
        has_label = y[:, numbers] > 0 if y.ndim == 2 else y[:, None] == numbers  # (N, labels)
        repeats = np.rint(share / has_label.mean(axis=0).clip(1 / len(y)))  # (labels,)
        times = np.where(has_label, repeats, 1).max(axis=1).clip(1).astype(int)  # (N,)
        if times.max() == 1:
            return self
        rows = np.repeat(np.arange(len(times)), times)
        shares = zip(names, has_label[rows].mean(axis=0), strict=True)
        listed = ", ".join(f"{name} {new:.0%}" for name, new in shares)
        note = f"Training examples with rare labels occur up to {times.max()} times. Shares after that: {listed}."
        return self._with_training_rows(rows, f"repeating {share} {', '.join(names)}", note)

    def without_copies(self, other: "Dataset") -> "Dataset":
        """Return the data set without training and validation images that are also test images of `other`.

        Two images count as the same if their thumbnails (`kvae.images.thumbnails`) have a correlation of `COPY` or more.
        Mirrored images and other crops are not found.
        """
        if other.test is None or {self.support, other.support} != {"bytes"} or other.shape[-1] != self.shape[-1]:
            raise UserError(
                f"Expected a data set with test images that have the channels of {self.name}. Received: {other!r}."
            )
        copied = {
            name: _copies(split.x, other.test.x)
            for name, split in self._splits().items()
            if name != "test" and split is not None
        }
        counts = "; ".join(f"{mask.sum():,} of {name}" for name, mask in copied.items())
        note = f"Left out as copies of test images of {other.name}: {counts}."
        rows = {name: np.flatnonzero(~mask) for name, mask in copied.items()}
        changed = self._with_training_rows(rows.pop("train"), f"without copies {other.fingerprint}", note)
        return dataclasses.replace(changed, **{name: getattr(self, name)[kept] for name, kept in rows.items()})

    def _splits(self) -> dict[str, Split | None]:
        return {"train": self.train, "validation": self.validation, "test": self.test}

    def _with_training_rows(self, rows, settings: str, note: str) -> "Dataset":
        """Return the data set with these rows of the training split. `settings` becomes part of the fingerprint."""
        fingerprint = hashlib.sha256(f"{self.fingerprint} {settings}".encode()).hexdigest()
        return dataclasses.replace(self, train=self.train[rows], fingerprint=fingerprint, notes=(*self.notes, note))

    def summary(self) -> str:
        """Return one line with counts, shape, range and labels, and one more line for each note."""
        line = f"{self.name}: {self._counts()}, {self._range()}; {self._label_kind()}."
        return "\n".join([line, *self.notes])

    def _counts(self) -> str:
        counts = ", ".join(f"{len(split):,} {name}" for name, split in self._splits().items() if split is not None)
        examples = "images" if len(self.shape) == 3 else "points"
        return f"{counts}; {examples} of {'×'.join(map(str, self.shape))}"

    def _range(self) -> str:
        x = self.train.x
        sample = x[:: math.ceil(x.nbytes / _RANGE_BYTES)]
        if self.support == "real":
            return f"real from {sample.min():.3g} to {sample.max():.3g}"
        return f"{self.support} from {sample.min()} to {sample.max()}"

    def _label_kind(self) -> str:
        y = self.train.y
        if y is None:
            return "no labels"
        if holds_images(y):
            return f"targets of {'×'.join(map(str, y.shape[1:]))}"
        one, many = ("class", "classes") if y.ndim == 1 else ("attribute", "attributes")
        return f"{len(self.label_names)} {one if len(self.label_names) == 1 else many}"


def _copies(x: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Return a mask of the images `x` (N, …) that have a copy among `images` (M, …)."""
    small = thumbnails(images)
    parts = (thumbnails(x[start : start + 256]) for start in range(0, len(x), 256))
    return np.concatenate([(part @ small.T).max(axis=1) / small.shape[1] >= COPY for part in parts])


def holds_images(y: np.ndarray | None) -> bool:
    """Return True if `y` holds images (N, H, W, C), which are targets, and False if it holds labels or is None."""
    return y is not None and np.ndim(y) == 4


def _labels(y: np.ndarray, n: int, names: int) -> np.ndarray:
    """Return the labels `y` of `n` examples as int32 (N,) or uint8 (N, A). `names` is the number of names, 0 if unknown."""
    least, most = (-1, (names or _MAX_CLASSES) - 1) if y.ndim == 1 else (0, 1)
    fits = y.ndim in (1, 2) and len(y) == n and y.size and y.dtype.kind in "buif"
    fits = fits and (y.ndim == 1 or names in (0, y.shape[1])) and bool(((y >= least) & (y <= most)).all())
    whole = y.astype("int32" if y.ndim == 1 else "uint8") if fits else None
    if whole is None or (whole != y).any():
        raise UserError(
            f"Expected y with one class (N,), from 0 to {most}, attributes (N, A) of 0 and 1, or an image (N, H, W, C) for "
            f"each of {n:,} examples. Received: y {y.dtype} {y.shape}, or other values."
        )
    return whole
