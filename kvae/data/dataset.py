"""What a data set is: examples and labels, in up to three splits."""

import dataclasses
import hashlib
import math
from collections.abc import Mapping, Sequence

import numpy as np

from kvae.errors import UserError

_RANGE_BYTES = 1 << 28  # a summary reads at most this much of the training examples to state their range


@dataclasses.dataclass(frozen=True, eq=False)
class Split:
    """Examples with what is known about each of them.

    x: images as uint8 (N, H, W, C), perhaps a read-only memory map, or points as float32 (N, D).
    y: class indices as int32 (N,), with -1 where unlabelled; or 0/1 attributes as uint8 (N, A); or None.
    columns: further facts by name, each of length N ("file", "year", "identity", ...).
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

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, rows) -> "Split":
        """The split with these rows only: a slice stays a view, a mask or a list of indices copies."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        return Split(self.x[rows], None if self.y is None else self.y[rows], columns)


@dataclasses.dataclass(frozen=True, eq=False)
class Dataset:
    """A data set, ready for any model.

    labels: the names of the classes (y of rank 1) or of the attributes (y of rank 2).
    support: "bytes" (uint8, read as k/255 in [0, 1]), "binary" (0/1 images as uint8) or "real" (float32
        points).
    fingerprint: SHA-256 in hexadecimal of the sources' contents and the settings; equal data and equal settings have
        equal fingerprints on any machine.
    notes: what loading did that a reader of the figures should know, a sentence each.
    """

    name: str
    train: Split
    validation: Split | None
    test: Split | None
    labels: tuple[str, ...]
    support: str
    fingerprint: str
    notes: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one example."""
        return self.train.x.shape[1:]

    def at_most(self, counts: Sequence[int]) -> "Dataset":
        """The data set with that many training examples of each class at most, the first ones; held-out data stay."""
        if self.train.y is None or self.train.y.ndim != 1 or len(counts) != len(self.labels):
            raise UserError(f"Expected a number for each class of {', '.join(self.labels)}. Received: {tuple(counts)}.")
        kept = [np.flatnonzero(self.train.y == number)[:count] for number, count in enumerate(counts)]
        rows = np.sort(np.concatenate(kept))
        note = f"Of the training examples {len(rows):,} were kept: {', '.join(str(len(group)) for group in kept)}."
        return self._training_on(rows, f"at most {', '.join(map(str, counts))}", note)

    def repeating(self, names: Sequence[str], share: float) -> "Dataset":
        """The data set with rows of rare labels copied: training examples with one of the attributes or classes `names`.

        An example stands in it round(share / frequency) times, by the rarest of its labels among these, and once at least;
        what is held out stays. That changes p(y) and not p(x|y): for models of x given y.
        """
        if not names:
            return self
        unknown = [name for name in names if name not in self.labels]
        if unknown or self.train.y is None:
            raise UserError(f"Expected labels of {self.name} to repeat. Received: {', '.join(unknown or names)}.")
        numbers, y = [self.labels.index(name) for name in names], self.train.y
        had = y[:, numbers] > 0 if y.ndim == 2 else y[:, None] == numbers  # (N, labels)
        often = np.rint(share / had.mean(axis=0).clip(1 / len(had)))
        times = np.where(had, often, 1).max(axis=1).clip(1).astype(int)
        if times.max() == 1:
            return self
        rows = np.repeat(np.arange(len(times)), times)
        now = (f"{name} {now:.0%}" for name, now in zip(names, had[rows].mean(axis=0), strict=True))
        note = f"Training examples with some labels stand in it up to {times.max()} times: {', '.join(now)}."
        return self._training_on(rows, f"repeating {share} {', '.join(names)}", note)

    def _training_on(self, rows, settings: str, note: str) -> "Dataset":
        fingerprint = hashlib.sha256(f"{self.fingerprint} {settings}".encode()).hexdigest()
        return dataclasses.replace(self, train=self.train[rows], fingerprint=fingerprint, notes=(*self.notes, note))

    def summary(self) -> str:
        """Counts, shape, range and labels in one line, and one more line for each note."""
        splits = {"train": self.train, "validation": self.validation, "test": self.test}
        counts = ", ".join(f"{len(split):,} {name}" for name, split in splits.items() if split is not None)
        examples = "points" if self.support == "real" else "images"
        line = f"{self.name}: {counts}; {examples} of {'×'.join(map(str, self.shape))}, {self._range()}"
        return "\n".join([f"{line}; {self._labelling()}.", *self.notes])

    def _range(self) -> str:
        x = self.train.x
        sample = x[:: math.ceil(x.nbytes / _RANGE_BYTES)]
        if self.support == "real":
            return f"real from {sample.min():.3g} to {sample.max():.3g}"
        return f"{self.support} from {sample.min()} to {sample.max()}"

    def _labelling(self) -> str:
        if self.train.y is None:
            return "no labels"
        one, many = ("class", "classes") if self.train.y.ndim == 1 else ("attribute", "attributes")
        return f"{len(self.labels)} {one if len(self.labels) == 1 else many}"


def check_array(x, name: str) -> np.ndarray:
    """Returns `x` as a NumPy array of finite numbers with at least one example.

    Raises `UserError` when it is empty, holds something else than numbers, or holds NaN or infinity; the
    message names the first bad index.
    """
    x = np.asarray(x)
    if x.dtype.kind not in "buif":
        raise UserError(f"Expected numbers. Received: {name} of type {x.dtype}. Convert it to float32 or uint8.")
    if x.ndim == 0 or x.size == 0:
        raise UserError(f"Expected at least one example. Received: {name} of shape {x.shape}.")
    if x.dtype.kind == "f" and not (finite := np.isfinite(x)).all():
        index = tuple(int(i) for i in np.unravel_index(np.argmin(finite), x.shape))
        raise UserError(
            f"Expected finite numbers. Received: {name}{list(index)}={x[index]}, the first of "
            f"{np.count_nonzero(~finite):,} that are not finite. Remove or replace these values."
        )
    return x
