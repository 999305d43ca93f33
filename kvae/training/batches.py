"""Batches in an order that depends only on the seed and the epoch, so that a resumed run gets the same batches."""

import math
from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np

from kvae.backends import Shard
from kvae.data.dataset import holds_images
from kvae.errors import UserError
from kvae.training.scaling import as_floats


class Batches(keras.utils.PyDataset):
    """Batches of one split, in the form that `fit` of Keras takes.

    Epoch e runs through the examples in a permutation drawn from (seed, e), so there is no other state to save. A byte k
    becomes k/255 in float32 when its batch is loaded. A memory-mapped array is therefore read batch by batch and never held
    whole in memory.

    Args:
        x: array (N, …) of bytes (uint8), or of floats, which are passed on unchanged. For bytes whose values are 0 and 1,
            pass `scale=1`.
        y: array (N, …) of labels that each batch holds next to x; or images (N, H, W, C), which are scaled as x is; or None.
        batch_size: number of examples per batch. The last batch of an epoch may be shorter.
        seed: seed of the order; None keeps the order of the array.
        scale: divisor for bytes.
        transform: a function (x, rng) -> x, such as random binarisation. With a seed it is applied to each batch, with a
            generator drawn from (seed, epoch, batch). Without a seed it is applied to each example, with a generator drawn
            from the example's index, so that held-out data are the same in every pass and at every batch size. Images y are
            transformed with the same random numbers as x.
        labels: the labels of the examples, for metrics of a model that does not train on labels; by default y. Images are
            no labels.
        names: names of the attributes or of the classes.
        columns: further values of the examples, {name: array of length N}, such as the year of a painting.
        min_steps: fewest batches in an epoch. An epoch passes through a small data set several times, in a new order each
            time, and a batch may hold examples of two passes.
        shard: the part of each batch that this process loads. Batch sizes are rounded down to a multiple of
            `shard.multiple`, which drops a remainder at the end of an epoch.
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
        min_steps: int = 1,
        shard: Shard = Shard(),  # noqa: B008  immutable
    ):
        super().__init__()
        check_divides(shard, batch_size)
        self.x = x
        self.y = y
        labels = y if labels is None else labels
        self.labels = None if holds_images(labels) else labels
        self.names = tuple(names)
        self.columns = dict(columns or {})
        self.batch_size = batch_size
        self.passes = 1 + (min_steps - 1) * batch_size // max(1, len(x))
        self.seed = seed
        self.scale = scale
        self.transform = transform
        self.shard = shard
        self.begin(0)

    def begin(self, epoch: int) -> None:
        """Draw the order of the examples for `epoch`."""
        self.epoch = epoch
        n = len(self.x)
        if self.seed is not None:
            rng = np.random.default_rng((self.seed, epoch))
            self.order = np.concatenate([rng.permutation(n) for _ in range(self.passes)])
        else:
            self.order = np.tile(np.arange(n), self.passes)

    def __len__(self) -> int:
        return math.ceil(self.shard.whole(len(self.order)) / self.batch_size)

    def take(self, rows) -> np.ndarray:
        """Return the examples `rows` as floats (N, …), without the transform."""
        return as_floats(self.x[rows], self.scale)

    def __getitem__(self, index: int) -> tuple[np.ndarray, ...]:
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        whole = rows[: self.shard.whole(len(rows))]
        x = self._transformed(self.x, index, whole)
        if self.y is None:
            return (x,)
        if holds_images(self.y):
            return x, self._transformed(self.y, index, whole)
        return x, self.y[self.shard.part(whole)]

    def _transformed(self, images: np.ndarray, index: int, whole: np.ndarray) -> np.ndarray:
        """Return this process's part of the batch of the rows `whole`, after the transform, from the array x or y."""
        if self.transform is None:
            return as_floats(images[self.shard.part(whole)], self.scale)
        if self.seed is not None:  # each process transforms the whole batch, with the same random numbers as all others
            rng = np.random.default_rng((self.seed, self.epoch, index))
            return self.shard.part(self.transform(as_floats(images[whole], self.scale), rng))
        rows = self.shard.part(whole)
        examples = zip(rows, as_floats(images[rows], self.scale), strict=True)
        return np.concatenate([self.transform(x[None], np.random.default_rng(int(row))) for row, x in examples])


def check_divides(shard: Shard, batch_size: int) -> None:
    """Raise `UserError` unless the devices can share batches of this size equally."""
    if batch_size % shard.multiple:
        raise UserError(
            f"Expected a batch_size that {shard.multiple} devices can share. Received: batch_size={batch_size}."
        )
