"""Batches whose order depends on the seed and the epoch alone, so that a resumed run sees what the first one saw."""

from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np

from kvae.errors import UserError


class Batches(keras.utils.PyDataset):
    """Batches of one split, as Keras' `fit` takes them.

    Epoch e runs through a permutation drawn from (seed, e): nothing else is remembered. Bytes become k/255 in float32
    as they are fetched, so that a memory-mapped array is read batch by batch and never held whole.

    Args:
        x: array (N, …): bytes (uint8), or floats which pass unchanged. Values 0 and 1 that stand for themselves come
            with `scale=1`.
        y: array (N, …) that batches hold beside x, or None.
        labels: what is known of the examples, for those who judge a model that does not learn from it; by default y.
        names: what the attributes, or the classes, are called.
        columns: further facts of the examples by name, each of length N, such as the year.
        sharing: (multiple, part, parts): batches have a multiple of that many examples, so that the last ones of an epoch
            may be left out, and only one of so many equal parts is fetched here.
        batch_size: examples in a batch; the last batch of an epoch may be shorter.
        seed: of the order; None keeps the order of the array.
        scale: what bytes are divided by.
        transform: (x, rng) -> x, such as random binarisation: applied to each batch with a generator drawn from (seed,
            epoch, batch); without a seed, to each example with a generator of its own, so that held-out data are the same
            in every pass and at every batch size.
    """

    def __init__(
        self,
        x: np.ndarray,
        y: np.ndarray | None = None,
        batch_size: int = 128,
        seed: int | None = None,
        scale: float = 255.0,
        transform: Callable[[np.ndarray, np.random.Generator], np.ndarray] | None = None,
        labels: np.ndarray | None = None,
        names: Sequence[str] = (),
        columns: Mapping[str, np.ndarray] | None = None,
        shard: tuple[int, int, int] = (1, 0, 1),
    ):
        super().__init__()
        self.x, self.y = x, y
        self.labels = y if labels is None else labels
        self.names, self.columns = tuple(names), dict(columns or {})
        self.batch_size, self.seed, self.scale, self.transform = batch_size, seed, scale, transform
        self.multiple, self.part, self.parts = shard
        check_divides(self.multiple, batch_size=batch_size)
        self.begin(0)

    def begin(self, epoch: int) -> None:
        """Sets the order of an epoch."""
        self.epoch = epoch
        if self.seed is not None:
            self.order = np.random.default_rng((self.seed, epoch)).permutation(len(self.x))
        else:
            self.order = np.arange(len(self.x))

    def __len__(self):
        return -(-(len(self.x) // self.multiple * self.multiple) // self.batch_size)

    def take(self, rows) -> np.ndarray:
        """The examples `rows` as floats (N, …), untransformed."""
        return as_floats(self.x[rows], self.scale)

    def __getitem__(self, index):
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        whole = rows[: len(rows) // self.multiple * self.multiple]
        rows = np.split(whole, self.parts)[self.part]
        drawn = self.transform is not None and self.seed is not None  # for the whole batch, whoever has its parts
        x = self.take(whole if drawn else rows)
        if drawn:
            x = self.transform(x, np.random.default_rng((self.seed, self.epoch, index)))
            x = np.split(x, self.parts)[self.part]
        elif self.transform is not None:
            x = np.concatenate(
                [self.transform(one[None], np.random.default_rng(int(row))) for row, one in zip(rows, x, strict=True)]
            )
        return (x,) if self.y is None else (x, self.y[rows])


def check_divides(multiple: int, **sizes: int) -> None:
    """Raises `UserError` unless `multiple` devices can share batches of that size."""
    for name, size in sizes.items():
        if size % multiple:
            raise UserError(f"Expected a {name} that {multiple} devices can share. Received: {name}={size}.")


def as_floats(x: np.ndarray, scale: float = 255.0) -> np.ndarray:
    """Bytes over `scale`, in float32; floats unchanged."""
    if x.dtype != np.uint8:
        return x
    x = x.astype("float32")
    if scale != 1:
        x *= np.float32(1 / scale)
    return x
